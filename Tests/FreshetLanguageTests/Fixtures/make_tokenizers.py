"""Makes small tokenizers and the tokens that the public `tokenizers` library gives for some texts (needs tokenizers, sentencepiece).

usage: python make_tokenizers.py      writes one JSON file a tokenizer beside this file
The tokenizers are trained here on the texts below, so nobody's vocabulary is copied. Texts are escaped to ASCII.
"""
import json, os, pathlib, random, tempfile

import sentencepiece
from sentencepiece import sentencepiece_model_pb2
from tokenizers import AddedToken, Regex, Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

here = pathlib.Path(__file__).resolve().parent
texts = """Red heart lamp, 2 pieces; the garden spade's handle isn't broken. We'll ship it in 24 hours, they've said: I'LL wait!
caf\u00e9 cafe\u0301 na\u00efve \u0130stanbul ISPARTA \u0131l\u0131k stra\u00dfe \u1e9e \ufb01ne \u01c4 \u00c5ngstr\u00f6m
\u6211\u7231\u5317\u4eac\u5929\u5b89\u95e8 \u6771\u4eac\u90fd \u30ab\u3099\u30ad\u3099\u30af \u3067 \ud55c\uad6d\uc5b4 \uc11c\uc6b8
\u03b1\u03a3\u0391\u03a3 \u039f\u0394\u039f\u03a3 \u041f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440 \u0451 \u0439
\u0e2a\u0e27\u0e31\u0e2a\u0e14\u0e35 \u0915\u093f\u0938\u093e\u0928\u094b\u0902 \u0627\u0644\u0639\u0631\u0628\u064a\u0629
\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea 1\ufe0f\u20e3 \U0001f3fd \u2014 \u2026 \u201cq\u201d \u2013
zero\u200bwidth\u200djoin\ufeffbom soft\u00adhyphen\u0000nul\ufffdend \u2028line c\u0085d tab\tlf\ncr\r\nnbsp\u00a0wide\u3000
  leading  two trailing   |'s 't 're 've 'm 'll 'd don't I'LL 've' '' ' s|$100 + 5% ^_`` ~ a_b a-b a.b @x #y
123456 12\u00bd \u216b \u00b2 \u0663|[MASK] x [mask][CLS] <s>y</s> <mask> z  <mask>|""".split("|")
texts += ["", " ", "a" * 100, "a" * 101, "\u3042" * 34, "x" * 300, "\U0002f804 \U00020000 \u0344 \u1fc1", "\ud55c" * 3, "\u0488a\u0489 \u1734 \u1885 \u166d"]
random.seed(11)
alphabet = "".join(texts) + "abcdefghij klmnop"
texts += ["".join(random.choice(alphabet) for _ in range(random.choice([3, 10, 40]))) for _ in range(150)]
texts += ["".join(chr(random.choice([random.randrange(0x20, 0x3000), random.randrange(0x3000, 0xD800), random.randrange(0xE000, 0x20000)])) for _ in range(12)) for _ in range(100)]


def write(name, tokenizer):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    cases = [dict(text=t, ids=tokenizer.encode(t).ids, bare=tokenizer.encode(t, add_special_tokens=False).ids) for t in texts]
    # What a file says about padding and truncation is to be ignored.
    tokenizer.enable_truncation(5)
    tokenizer.enable_padding(length=8)
    (here / f"{name}.json").write_text(json.dumps(dict(tokenizer=json.loads(tokenizer.to_str()), cases=cases)))


t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
t.normalizer = normalizers.BertNormalizer()
t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
t.train_from_iterator(texts[:20], trainers.WordPieceTrainer(vocab_size=300, special_tokens=special))
t.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
write("wordpiece", t)
(here / "wordpiece-vocab.txt").write_text("".join(token + "\n" for token, _ in sorted(t.get_vocab().items(), key=lambda e: e[1])), encoding="utf8")

t = Tokenizer(models.BPE())
t.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
t.train_from_iterator(texts[:20], trainers.BpeTrainer(vocab_size=400, special_tokens=["<s>", "</s>"], initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
t.post_processor = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
write("bytes", t)

with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("corpus").write_text("\n".join(x.replace("\n", " ") for x in texts[:20] * 5 if x.strip()), encoding="utf8")
    # A table of its own instead of NFKC's 240 kB.
    rules = [("FB01", "66 69"), ("3000", "20"), ("A0", "20"), ("1E9E", "73 73"), ("30AB 3099", "30AC"), ("200B", ""), ("65 301", "E9"), ("BD", "31 2044 32")]
    pathlib.Path("rules.tsv").write_text("".join(f"{a}\t{b}\n" for a, b in rules))
    sentencepiece.SentencePieceTrainer.train(input="corpus", model_prefix="m", vocab_size=400, hard_vocab_limit=False, normalization_rule_tsv="rules.tsv", character_coverage=0.98, minloglevel=2)
    model = sentencepiece_model_pb2.ModelProto()
    model.ParseFromString(pathlib.Path("m.model").read_bytes())
t = Tokenizer(models.Unigram([(p.piece, p.score) for p in model.pieces], unk_id=0))
t.normalizer = normalizers.Sequence([normalizers.Precompiled(model.normalizer_spec.precompiled_charsmap), normalizers.Replace(Regex(" {2,}"), " ")])
t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
t.post_processor = processors.TemplateProcessing(single="<s> $A </s>", special_tokens=[("<s>", 1), ("</s>", 2)])
t.add_special_tokens(["<s>", "</s>", "<unk>"])
write("unigram", t)

t = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
t.normalizer = normalizers.Sequence([normalizers.NFKC(), normalizers.StripAccents(), normalizers.Lowercase(), normalizers.Strip(), normalizers.Prepend("\u2581"), normalizers.Replace(" ", "\u2581")])
t.train_from_iterator(texts[:12], trainers.BpeTrainer(vocab_size=500, special_tokens=["<unk>", "<s>", "</s>"] + [f"<0x{i:02X}>" for i in range(256)]))
write("bytefallback", t)

t = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=20))
t.normalizer = normalizers.NFC()
t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.Punctuation()])
t.train_from_iterator(texts[:20], trainers.WordPieceTrainer(vocab_size=300, special_tokens=["[UNK]"]))
t.add_tokens([AddedToken("ship", single_word=True, normalized=True), AddedToken("heart", rstrip=True, normalized=False)])
write("pieces", t)
