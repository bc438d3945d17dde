"""A real RoBERTa for tests: tiny, with random weights and a tokenizer trained on the spot."""

from pathlib import Path

SENTIMENTS = {0: "Negative", 1: "neutral", 2: "positive"}


def write_tiny_model(folder: Path, labels: dict[int, str] | None = None, **config: int) -> str:
    """Write config, tokenizer and weights, and return the folder.

    Args:
        folder: an empty folder.
        labels: what the classes are called; None are the three sentiments.
        config: sizes of the network other than the tiny ones.
    """
    import tokenizers
    import torch
    import transformers

    torch.manual_seed(1)
    labels = labels or SENTIMENTS
    specials = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]
    known = tokenizers.ByteLevelBPETokenizer()
    known.train_from_iterator(["happy unhappy renewal"], vocab_size=300, special_tokens=specials)
    known.save_model(str(folder))
    transformers.RobertaTokenizerFast(
        vocab=str(folder / "vocab.json"), merges=str(folder / "merges.txt")
    ).save_pretrained(folder)
    sizes = {
        "vocab_size": 320,
        "hidden_size": 8,
        "num_hidden_layers": 1,
        "num_attention_heads": 2,
        "intermediate_size": 16,
        "max_position_embeddings": 520,
        **config,
    }
    network = transformers.RobertaForSequenceClassification(
        transformers.RobertaConfig(
            **sizes,
            initializer_range=1.0,
            id2label=labels,
            label2id={name: place for place, name in labels.items()},
        )
    )
    network.save_pretrained(folder)
    return str(folder)
