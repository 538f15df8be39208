#!/usr/bin/env bash
# Measures the GPU rows of the goals: BERT-base sizes with random weights, nothing from a hub, made-up reviews of IMDB's
# lengths.
#
#     bash benchmarks/gpu.sh                         all of it on the first GPU, results in gpu-results/
#     bash benchmarks/gpu.sh --only inference        one part: throughput, epochs or inference
#     bash benchmarks/gpu.sh --device cpu --tiny     a rehearsal of the script without a GPU; its numbers mean nothing
#     CUDA_VISIBLE_DEVICES=1 bash benchmarks/gpu.sh  on the second GPU
#
# Needed: torch 2.11 or later (CUDA), transformers 5.3 or later, accelerate, pydantic, pyarrow, scikit-learn, filelock,
# numpy, and what they need themselves. Not needed: optuna, datasets, textual, sqlalchemy, nor modelcat itself installed
# (its packages are taken from this folder's parent). PYTHON names the interpreter, python3 otherwise.
#
#   throughput  modelcat, Trainer with defaults and Trainer tuned, batches of 32 at 512 tokens: real tokens/s, share of
#               the measured bf16 rate, memory, where modelcat's time goes
#   epochs      modelcat alone: 3 epochs of 25,000 reviews and labelling 25,000 others, tokens made beforehand,
#               compilation included
#   inference   modelcat, the pipeline with defaults and tuned: reviews/s from text to label
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
python=${PYTHON:-python3}
device=cuda:0 tiny=no parts="throughput epochs inference" out=gpu-results
while (($#)); do
  case $1 in
    --device) device=${2:?--device needs cpu or cuda:0} && shift 2 ;;
    --tiny) tiny=yes && shift ;;
    --only) parts=${2:?--only needs throughput, epochs or inference} && shift 2 ;;
    --out) out=${2:?--out needs a folder} && shift 2 ;;
    -h | --help) sed -n '2,/^set -/{/^set -/!s/^# \{0,1\}//p}' "${BASH_SOURCE[0]}" && exit 0 ;;
    *) echo "Unknown option $1; see --help." >&2 && exit 2 ;;
  esac
done

missing=$("$python" - <<'PY'
from importlib.util import find_spec
wanted = ("torch", "transformers", "accelerate", "pydantic", "pyarrow", "sklearn", "filelock", "numpy")
print(" ".join(name for name in wanted if find_spec(name) is None))
PY
)
if [[ -n $missing ]]; then
  echo "$python lacks: $missing. See the head of this script." >&2
  exit 2
fi
if [[ $device != cpu ]] && ! "$python" -c 'import sys, torch; sys.exit(not torch.cuda.is_available())'; then
  echo "torch finds no CUDA device here, so nothing was measured. A rehearsal: --device cpu --tiny" >&2
  exit 2
fi

if [[ $device != cpu && $device != cuda:0 ]]; then
  echo "Every side trains on the first GPU that it sees: choose one by CUDA_VISIBLE_DEVICES." >&2
  exit 2
fi

mkdir -p "$out"
measure() {  # measure NAME SCRIPT OPTION...: run a benchmark, keep its JSON
  local name=$1 script=$2
  shift 2
  echo "== $name" >&2
  "$python" "$here/$script" --device "$device" "$@" >"$out/$name.json"
}

if [[ $tiny == yes ]]; then
  common=(--model tiny --max-length 64)
  throughput=(--rows 64 --warmup-rows 32 --profile-rows 64 --rounds 1 --batch 16)
  epochs=(--rows 128 --test-rows 64 --batch 16)
  inference=(--rows 48 --train-rows 64 --rounds 1)
else
  common=(--model base --max-length 512)
  throughput=(--rows 8192 --warmup-rows 1024 --profile-rows 512 --rounds 3 --batch 32)
  epochs=(--rows 25000 --test-rows 25000 --batch 32)
  inference=(--rows 4096 --train-rows 1024 --rounds 3)
fi
for part in $parts; do
  case $part in
    throughput)
      measure throughput train_throughput.py "${common[@]}" "${throughput[@]}" \
        --contestants modelcat trainer trainer-tuned
      ;;
    epochs)
      measure epochs train_throughput.py "${common[@]}" "${epochs[@]}" \
        --contestants modelcat --epochs 3 --rounds 1 --warmup-rows 0 --profile-rows 0
      ;;
    inference) measure inference inference.py "${common[@]}" "${inference[@]}" --precisions fp32 bf16 ;;
    *) echo "Unknown part $part; there are throughput, epochs and inference." >&2 && exit 2 ;;
  esac
done

"$python" - "$out" "$device" <<'PY'
"""Tell the goals' rows from the JSON files."""
import json
import sys
from pathlib import Path

out, device = Path(sys.argv[1]), sys.argv[2]
memory = "peak" if device == "cpu" else "gpu_peak"


def report(name):
    file = out / f"{name}.json"
    return json.loads(file.read_text()) if file.is_file() else None


def line(what, value, goal):
    print(f"{what:64} {value:>12}   goal {goal}")


if found := report("throughput"):
    print(found["machine"])
    for other, goal in (("trainer", "at least 8"), ("trainer-tuned", "at least 2")):
        ratio = found["ratios"][f"modelcat / {other}"]
        line(f"training, real tokens/s against {other}", f"{ratio['tokens_per_second']:.2f}", goal)
    ours = found["contestants"]["modelcat"]
    line("training, share of the measured bf16 rate", f"{ours['share_of_bf16_rate']:.1%}", "at least 45 %")
    line("peak memory against trainer", f"{found['ratios']['modelcat / trainer'][memory]:.2f}", "at most 0.6")
if found := report("epochs"):
    ours = found["contestants"]["modelcat"]
    what = f"{found['settings']['epochs']} epochs of {found['settings']['rows']} reviews, and labelling the test reviews"
    line(what, f"{ours['seconds'] + ours['test_seconds']:.1f} s", "at most 60 s")
    line("the same with validation and saving, without labelling", f"{ours['wall_seconds']:.1f} s", "none")
if found := report("inference"):
    for name, ours in found["contestants"].items():
        line(f"inference, {name}: reviews/s", f"{ours['texts_per_second']:,.0f}", "5,000 (modelcat)")
PY
