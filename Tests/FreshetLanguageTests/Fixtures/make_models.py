"""Makes tiny random DistilBERT, RoBERTa and XLM-R checkpoints and their reference outputs (needs torch, transformers).

usage: python make_models.py      writes one folder a model beside this file
In the way of bert-tiny and gpt2-tiny: every parameter is random (biases and layer-norm weights too), so that a forgotten
bias or a swapped tensor shows. XLM-R is stored in bfloat16 and in two files, as large models are.
"""
import json, pathlib, torch, transformers
from transformers import DistilBertConfig, DistilBertModel, RobertaConfig, RobertaModel, XLMRobertaConfig, XLMRobertaModel

here = pathlib.Path(__file__).resolve().parent
torch.set_num_threads(1)
ids = [[3, 17, 42, 79, 5, 5, 20, 8, 77, 61, 0, 50], [9, 11, 2, 64, 33, 80, 7, 1, 1, 1, 1, 1]]
mask = [[1] * 12, [1] * 7 + [0] * 5]
num = lambda t: [[[float(f"{v:.7g}") for v in row] for row in b] for b in t.tolist()]


def make(name, model, seed, **options):
    g = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for key, p in sorted(model.named_parameters()):
            r = torch.randn(p.shape, generator=g)
            norm = "norm" in key.lower() and key.endswith("weight")
            p.copy_(1 + 0.1 * r if norm else 0.2 * r)
            if options.get("half"):
                p.copy_(p.to(torch.bfloat16).float())
    model.eval()
    tokens = torch.tensor(ids)
    if options.get("half"):
        # Row 1 ends in the padding token, which must not shift places before it.
        model.to(torch.bfloat16).save_pretrained(here / name, max_shard_size="12KB")
        model.float()
    else:
        model.save_pretrained(here / name)
    with torch.no_grad():
        o = model(tokens, attention_mask=torch.tensor(mask), output_hidden_states=True)
    reference = dict(transformers=transformers.__version__, torch=torch.__version__, input_ids=ids, attention_mask=mask, hidden_states=[num(h) for h in o.hidden_states])
    (here / name / "reference.json").write_text(json.dumps(reference))


c = DistilBertConfig(dim=16, n_layers=2, n_heads=2, hidden_dim=32, vocab_size=90, max_position_embeddings=24, dropout=0.0, attention_dropout=0.0)
c._attn_implementation = "eager"
make("distilbert-tiny", DistilBertModel(c), 21)
small = dict(hidden_size=16, num_hidden_layers=2, num_attention_heads=4, intermediate_size=32, vocab_size=90, max_position_embeddings=26, type_vocab_size=1, layer_norm_eps=1e-5, pad_token_id=1, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0)
c = RobertaConfig(**small)
c._attn_implementation = "eager"
make("roberta-tiny", RobertaModel(c, add_pooling_layer=False), 22)
c = XLMRobertaConfig(**small)
c._attn_implementation = "eager"
make("xlm-roberta-tiny", XLMRobertaModel(c, add_pooling_layer=False), 23, half=True)
