"""Examples of every command, as its ``--help`` shows them."""

from collections.abc import Mapping

#: By command, calls as they are typed.
EXAMPLES: Mapping[str, tuple[str, ...]] = {
    "demo-data": (
        "spanishgas demo-data --customers 5000",
        "spanishgas demo-data --months 18 --shift price-rise --out data/history",
    ),
    "demo-live": ("spanishgas demo-live --weeks 6 --customers 500 --world quiet",),
    "templates": ("spanishgas templates --out own",),
    "inspect": ("spanishgas inspect own --page own.html",),
    "run": (
        "spanishgas run --snapshot 2025-01-06 --train",
        "spanishgas run --snapshot 2025-01-13",
    ),
    "show": ("spanishgas show", "spanishgas show --snapshot 2025-01-06"),
    "ui": ("spanishgas ui", "spanishgas ui --port 3001"),
    "dashboard": ("spanishgas dashboard", "spanishgas dashboard --port 8502"),
    "users": (
        "spanishgas users add ana --role caller --provinces 8,28",
        "spanishgas users list",
    ),
    "calls": (
        "spanishgas calls --out calls.xlsx",
        "spanishgas calls --channel all --top 500 --language en --out calls.csv",
    ),
    "sql": (
        'spanishgas sql "select risk_tier, count(*) from retention.scored_customers group by 1"',
        "spanishgas sql --export views.duckdb",
    ),
    "publication": (
        "spanishgas publication list",
        "spanishgas publication diff 1 2",
        'spanishgas publication rollback 1 --by ana --why "prices of May were wrong"',
        "spanishgas publication verify",
    ),
    "model": (
        "spanishgas model list",
        "spanishgas model ablation --snapshot 2025-01-06",
    ),
    "policy": ("spanishgas policy evaluate policy.yaml",),
    "notes": ("spanishgas notes label --most 100", "spanishgas notes train --out head.safetensors"),
    "quarantine": (
        "spanishgas quarantine list",
        "spanishgas quarantine show bronze/customer --csv rows.csv",
        "spanishgas quarantine replay price_history.csv rows.csv",
    ),
    "features": ("spanishgas features --out features.md",),
    "settings": ("spanishgas settings",),
    "heartbeat": ("spanishgas heartbeat",),
    "retry-batch": ("spanishgas retry-batch", "spanishgas retry-batch --all"),
}


def examples_in_words(command: str) -> str:
    """Return the end of a command's help."""
    lines = "\n".join(f"  {example}" for example in EXAMPLES[command])
    return f"examples:\n{lines}"
