#!/usr/bin/env bash
# Trains our networks side by side on one GPU in a given time; run on that machine from what pack.sh packed.
#
#     DATA=fer2013.csv VOTES=votes.csv ./run.sh RESULTS SECONDS
#
# 1. Compact on the votes of FER+, Accurate on FER2013, and five teachers of Accurate's kind, each on four fifths of Training.
# 2. When the teachers are done: what each says of the fifth that it has not seen, and Compact on FER2013 with that as teacher. Teachers that
#    take more than half of the time are stopped, and it learns without.
# 3. When Compact on FER+ is done and there is time: from its weights, Compact on FER2013 with the teacher.
# What still runs at the end is stopped, and its state is kept. RESULTS gets all as results.tar, in pieces of PIECE bytes if that is set.
# FACIALATTENTION_LIBTORCH names another libtorch than that of python3. DEVICE=cpu and small EPOCHS_... try it all without a GPU.
set -uo pipefail
results=$(realpath -m "${1:?a folder for the results}") seconds=${2:?seconds}
here=$(cd "$(dirname "$0")" && pwd) start=$(date +%s) device=${DEVICE:-cuda} batch=256
runs=${RUNS:-/tmp/facial-attention} plus=${EPOCHS_FERPLUS:-140} accurate=${EPOCHS_ACCURATE:-80} teachers=${EPOCHS_TEACHERS:-14} student=${EPOCHS_STUDENT:-200}
: "${DATA:?fer2013.csv}" "${VOTES:?fer2013new.csv}"
mkdir -p "$runs/program" "$results"

now() { echo $(($(date +%s) - start)); }
say() { echo "== $(now) s: $*"; }
steps_of() { grep -o 'iteration [0-9]* of' "$runs/$1.log" | tail -n 1 | tr -dc 0-9; }
alive() { local job; for job in "$@"; do kill -0 "$job" 2>/dev/null && return 0; done; return 1; }
wait_for() { local until=$1; shift; while alive "$@" && [ "$(now)" -lt "$until" ]; do sleep 1; done; }

tar -C "$runs/program" -xJf "$here/program.tar.xz"
: "${FACIALATTENTION_LIBTORCH:=$(python3 -c 'import os, torch; print(os.path.join(os.path.dirname(torch.__file__), "lib"))')}"
export FACIALATTENTION_LIBTORCH LD_LIBRARY_PATH=$FACIALATTENTION_LIBTORCH DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 DOTNET_gcConcurrent=0
train=$runs/program/Train
"$train" device --device "$device" --config "$here/compact-fer2013.json" --batch-sizes $batch || exit 1

# Several processes share the card's one context, if the daemon is there: without it they take turns, and each step takes 2.3 times as long.
if command -v nvidia-cuda-mps-control > /dev/null; then
  export CUDA_MPS_PIPE_DIRECTORY=$runs/mps CUDA_MPS_LOG_DIRECTORY=$runs/mps
  mkdir -p "$runs/mps" && nvidia-cuda-mps-control -d && trap 'echo quit | nvidia-cuda-mps-control' EXIT && say "one context for all"
fi

job() { # NAME COMMAND ARGUMENTS: a training in the background, its number in $!
  local name=$1 command=$2; shift 2
  "$train" "$command" --data "$DATA" --device "$device" --threads 1 --validation-interval 226 --resume-interval 1130 \
    --batch-size $batch --set trainer:validationBatchSize=512 --set trainer:averageMirrored=false \
    --output "$runs/$name" "$@" > "$runs/$name.log" 2>&1 &
}
compact=(--config "$here/compact-fer2013.json" --set trainer:averagingDecay=0.999)
wide=(--config "$here/accurate-fer2013.json" --learning-rate 0.1)

job ferplus train "${compact[@]}" --learning-rate 0.1 --warmup-iterations 226 --ferplus "$VOTES" --epochs "$plus"; ferplus=$!
job accurate train "${wide[@]}" --warmup-iterations 226 --epochs "$accurate"; others=$!
folds=()
for fold in 1 2 3 4 5; do
  job "fold$fold" train "${wide[@]}" --fold "$fold/5" --epochs "$teachers" --warmup-iterations 75 --set trainer:averagingDecay=0.99 \
    --set trainer:mixupAlpha=0.1 --set trainer:augmentation:erasingProbability=0.3
  folds+=($!)
done
wait_for $((seconds / 2)) "${folds[@]}"
if alive "${folds[@]}"; then
  say "half of the time is over: the teachers are stopped"
  pkill -TERM -f "$runs/fold"
else
  say "teachers done"
fi
(first=$(steps_of ferplus) since=$(now); sleep 8; echo $(((($(steps_of ferplus) - ${first:-0}) * 100) / ($(now) - since)))) > "$runs/rate" &
taught=()
if "$train" teach --checkpoint "$runs"/fold{1,2,3,4,5}/checkpoint.safetensors --data "$DATA" --device "$device" --shift 2 \
  --output "$runs/teacher.safetensors" > "$runs/teach.log" 2>&1; then
  taught=(--teacher "$runs/teacher.safetensors" --set trainer:distillationShare=0.5 --set trainer:distillationTemperature=2)
fi
tail -n 2 "$runs/teach.log"
wait $!

# As many epochs as fit, by the steps a second of a network that trains already; at least 30 are assumed, and a quarter is kept back.
rate=$(cat "$runs/rate"); [ "${rate:-0}" -ge 3000 ] || rate=3000
epochs=$(((seconds - $(now) - 25) * rate * 3 / 4 / 11300)); [ "$epochs" -le "$student" ] || epochs=$student
say "$((rate / 100)) steps a second: $epochs epochs for the student, teacher: ${taught[*]:-none}"
[ "$epochs" -lt 1 ] || { job compact train "${compact[@]}" --learning-rate 0.1 --warmup-iterations 226 "${taught[@]}" --epochs "$epochs"; others="$others $!"; }
wait_for "$seconds" "$ferplus"
epochs=$(((seconds - $(now) - 20) * rate / 11300)); [ "$epochs" -le 40 ] || epochs=40
if [ "$epochs" -ge 8 ] && [ -f "$runs/ferplus/checkpoint.safetensors" ]; then
  job compact-from-ferplus finetune --checkpoint "$runs/ferplus/checkpoint.safetensors" "${compact[@]}" --learning-rate 0.03 "${taught[@]}" --epochs "$epochs"
  others="$others $!"
fi
wait_for "$seconds" $ferplus $others
if alive $ferplus $others; then
  say "out of time"
  pkill -TERM -f "$train" ; sleep 8
fi

cd "$runs"
for name in ferplus accurate compact compact-from-ferplus; do
  [ ! -f $name.log ] || { echo "### $name"; tail -n 9 $name.log; }
  [ ! -f $name/checkpoint.safetensors ] || rm -f $name/*.resume
done
rm -f fold*/*.resume
tar -cf results.tar --ignore-failed-read ./*.log teacher.safetensors {ferplus,accurate,compact,compact-from-ferplus}/{checkpoint.safetensors,results.json,history.json,run.resume} 2> /dev/null
if [ -n "${PIECE:-}" ]; then split -b "$PIECE" -d results.tar "$results/results.tar."; else mv results.tar "$results/"; fi
ls -la "$results"
say "end"
