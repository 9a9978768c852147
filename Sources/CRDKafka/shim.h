#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

/// Hands over a message, which is copied; the headers are the client's when it takes them, else still the caller's.
/// A function, since Swift sees neither variable arguments nor the macros that make them.
static inline rd_kafka_resp_err_t freshet_rdkafka_produce(
    rd_kafka_t *client, const char *topic, const void *key, size_t key_count, const void *value, size_t value_count,
    rd_kafka_headers_t *headers) {
    return rd_kafka_producev(
        client, RD_KAFKA_V_TOPIC(topic), RD_KAFKA_V_KEY(key, key_count),
        RD_KAFKA_V_VALUE((void *)value, value_count), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
}
