#ifndef FRESHET_MATH_H
#define FRESHET_MATH_H

#include <stdint.h>
#include <string.h>

// Elementary functions written so that a loop around them vectorises: no branch, no call, no errno.

/// e^x, relative error below 2e-7 for -87 < x < 88; the argument is clamped to that range.
static inline __attribute__((always_inline)) float freshet_exp(float x) {
    x = x < -87.0f ? -87.0f : x > 88.0f ? 88.0f : x;
    float scaled = x * 1.44269504f;
    int32_t whole = (int32_t)(scaled + (scaled < 0 ? -0.5f : 0.5f));
    float n = (float)whole;
    // ln 2 in two parts, so that the remainder keeps its low bits.
    float r = (x - n * 0.693359375f) - n * -2.12194440e-4f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    int32_t bits = (whole + 127) << 23;
    float power;
    memcpy(&power, &bits, sizeof power);
    return p * power;
}

static inline __attribute__((always_inline)) float freshet_sigmoid(float x) { return 1.0f / (1.0f + freshet_exp(-x)); }

static inline __attribute__((always_inline)) float freshet_tanh(float x) {
    return 1.0f - 2.0f / (1.0f + freshet_exp(2.0f * x));
}

/// The error function, absolute error below 2e-7 (Abramowitz and Stegun, 1964, formula 7.1.26).
static inline __attribute__((always_inline)) float freshet_erf(float x) {
    float magnitude = x < 0 ? -x : x;
    float t = 1.0f / (1.0f + 0.3275911f * magnitude);
    float p = ((((1.061405429f * t - 1.453152027f) * t + 1.421413741f) * t - 0.284496736f) * t + 0.254829592f) * t;
    float y = 1.0f - p * freshet_exp(-magnitude * magnitude);
    return x < 0 ? -y : y;
}

/// A well-mixed hash of a counter under a key (the finaliser of MurmurHash3): the decisions of dropout.
static inline __attribute__((always_inline)) uint32_t freshet_hash(uint32_t key, uint32_t counter) {
    uint32_t h = counter * 0x9E3779B1u + key;
    h ^= h >> 16;
    h *= 0x85EBCA6Bu;
    h ^= h >> 13;
    h *= 0xC2B2AE35u;
    h ^= h >> 16;
    return h;
}

static inline __attribute__((always_inline)) uint32_t freshet_dropout_threshold(float rate) {
    return (uint32_t)((double)rate * 4294967296.0);
}

#endif
