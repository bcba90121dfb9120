#!/usr/bin/env python3
"""Time to check 100 records that derive `Record`, beside the same 100 structs that derive serde's
`Serialize` and `Deserialize`: `python3 benches/compile_time.py`. Its dependencies are built once,
below target/compile-time, and never counted; it writes nowhere else, and asks no registry.

The two crates, and a third one without derives, have the same dependencies and differ in their one
source file alone. In each round each of them is checked anew, in turns. Times are of the processor,
cargo's included, since other work on the machine changes those least; read the ratios."""
import argparse, os, resource, shutil, statistics, subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "target" / "compile-time"

# Attributes for `Record`, name, type, type without secrets.
FIELDS = [
    ("#[dynacrypt(partition_key, owner)]", "patient", "String", "String"),
    ("#[dynacrypt(sort_key)]", "day", "String", "String"),
    ("", "ward", "u32", "u32"),
    ("", "title", "String", "String"),
    ("", "tags", "Vec<String>", "Vec<String>"),
    ("", "score", "Option<f64>", "Option<f64>"),
    ("", "active", "bool", "bool"),
    ("#[dynacrypt(authenticated)]", "role", "String", "String"),
    ("#[encrypted]", "name", "Secret<String>", "String"),
    ("#[encrypted]", "number", "Option<Secret<String>>", "Option<String>"),
    ("#[encrypted]", "scan", "Secret<Vec<u8>>", "Vec<u8>"),
    ("#[dynacrypt(version)]", "version", "u64", "u64"),
]

def source(crate, count):
    """The one source file of a crate."""
    lines = [f"//! {count} structs, made by benches/compile_time.py.", "#![allow(dead_code)]"]
    lines += {
        "records": ["use dynacrypt::{Record, Secret};"],
        "serde": ["use serde::{Deserialize, Serialize};"],
        "bare": [],
    }[crate]
    for number in range(count):
        if crate == "records":
            lines += ["#[derive(Record)]", f'#[dynacrypt(table = "table-{number}")]']
        if crate == "serde":
            lines += ["#[derive(Serialize, Deserialize)]"]
        lines.append(f"pub struct Struct{number} {{")
        for attribute, name, secret, plain in FIELDS:
            if crate == "records" and attribute:
                lines.append(f"    {attribute}")
            lines.append(f"    pub {name}: {secret if crate == 'records' else plain},")
        lines.append("}")
    return "\n".join(lines) + "\n"

CRATES = ("records", "serde", "bare")

def generate(count):
    members = ", ".join(f'"{crate}"' for crate in CRATES)
    write(PLACE / "Cargo.toml", f'[workspace]\nmembers = [{members}]\nresolver = "3"\n')
    # The versions of the workspace, which are there already.
    shutil.copyfile(ROOT / "Cargo.lock", PLACE / "Cargo.lock")
    for crate in CRATES:
        write(PLACE / crate / "Cargo.toml", f"""[package]
name = "compile-time-{crate}"
version = "0.0.0"
edition = "2024"
publish = false

[lib]
path = "lib.rs"

[dependencies]
dynacrypt = {{ path = "{ROOT.as_posix()}" }}
serde = {{ version = "1", features = ["derive"] }}
""")
        write(PLACE / crate / "lib.rs", source(crate, count))

def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)

def cargo(*arguments):
    """Checks."""
    # What the environment says of cargo would change what is measured.
    kept = ("CARGO_HOME", "CARGO_HTTP_CAINFO", "CARGO_REGISTRIES_CRATES_IO_PROTOCOL")
    environment = {k: v for k, v in os.environ.items()
                   if not k.startswith(("CARGO", "RUSTFLAGS", "RUSTC_")) or k in kept}
    environment |= {"CARGO_TARGET_DIR": str(PLACE / "target"), "CARGO_INCREMENTAL": "0"}
    command = ["cargo", "check", *arguments, "--offline", "--quiet", "--manifest-path", str(PLACE / "Cargo.toml")]
    subprocess.run(command, check=True, cwd=ROOT, env=environment)

def seconds(crate):
    """Processor seconds to check a crate anew."""
    (PLACE / crate / "lib.rs").touch()
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cargo("--package", f"compile-time-{crate}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime

def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--structs", type=int, default=100)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    generate(options.structs)
    cargo("--workspace")
    times = {crate: [] for crate in CRATES}
    for number in range(options.rounds):
        # Whoever is first in one round is last in the next.
        for crate in CRATES if number % 2 == 0 else reversed(CRATES):
            times[crate].append(seconds(crate))
    median = {crate: statistics.median(of) for crate, of in times.items()}
    print(f"cargo check of {options.structs} structs of {len(FIELDS)} fields, {options.rounds} rounds, "
          "processor seconds, median (least to most):")
    for crate in CRATES:
        print(f"  {crate:<8} {median[crate]:6.2f} ({min(times[crate]):.2f} to {max(times[crate]):.2f})")
    ratio = median["records"] / median["serde"]
    derives = (median["records"] - median["bare"]) / (median["serde"] - median["bare"])
    print(f"  records : serde = {ratio:.2f} (aim: at most 1.00)")
    print(f"  without what the bare structs take: {derives:.2f}")

if __name__ == "__main__":
    main()
