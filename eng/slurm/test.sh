#!/usr/bin/env bash
# Runs an array of 12 small jobs on a Slurm cluster of two nodes on this machine, kills one node in mid run, and compares tables and report,
# byte for byte, with those of one machine. Wants root, slurm-wlm and munge (apt-get install slurm-wlm munge) and the sample, built:
#   dotnet build -c Release samples/VariantTable && eng/slurm/test.sh
# It takes five to ten minutes: Slurm holds a requeued job back for about two.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

skip() { echo "skipped: $1"; exit 0; }
fail() { echo "failed: $1"; exit 1; }
[ "$(id -u)" -eq 0 ] || skip "Slurm's daemons want root"
for command in slurmctld slurmd sbatch munged setpriv dotnet; do
    command -v "$command" > /dev/null || [ -x "/usr/sbin/$command" ] || skip "$command is not installed"
done
PATH=$PATH:/usr/sbin

folder=$(mktemp -d)
mkdir "$folder/ctld" "$folder/n1" "$folder/n2"
export VARIANT_TABLE=${VARIANT_TABLE:-$PWD/samples/VariantTable/bin/Release/net10.0/VariantTable.dll}
export SLURM_CONF=$folder/slurm.conf
[ -f "$VARIANT_TABLE" ] || fail "there is no $VARIANT_TABLE; expected dotnet build -c Release samples/VariantTable before"

munge_pid=
end_of() { [ -f "$1" ] && kill "$(cat "$1")" 2> /dev/null || true; }
clean_up() {
    scancel --full -u root 2> /dev/null || true
    end_of "$folder/n1.pid"
    end_of "$folder/n2.pid"
    end_of "$folder/ctld.pid"
    [ -z "$munge_pid" ] || kill "$munge_pid" 2> /dev/null || true
    sleep 1
    [ -n "${KEEP:-}" ] && echo "kept: $folder" || rm -rf "$folder"
}
trap clean_up EXIT

if ! munge -n > /dev/null 2>&1; then
    install -d -o munge -g munge -m 755 /run/munge
    setpriv --reuid=munge --regid=munge --init-groups /usr/sbin/munged --foreground > "$folder/munged.log" 2>&1 &
    munge_pid=$!
    for _ in $(seq 20); do munge -n > /dev/null 2>&1 && break; sleep 0.5; done
fi

host=$(hostname)
cat > "$SLURM_CONF" << CONF
ClusterName=one
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=/run/munge/munge.socket.2
StateSaveLocation=$folder/ctld
SlurmdSpoolDir=$folder/%n
SlurmctldPidFile=$folder/ctld.pid
SlurmdPidFile=$folder/%n.pid
SlurmctldLogFile=$folder/ctld.log
SlurmdLogFile=$folder/%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
MpiDefault=none
SlurmdTimeout=10
NodeName=n[1-2] NodeHostname=$host NodeAddr=127.0.0.1 Port=[17001-17002] CPUs=1 State=UNKNOWN
PartitionName=main Nodes=n[1-2] Default=YES MaxTime=INFINITE State=UP
CONF
slurmctld -f "$SLURM_CONF"
slurmd -N n1 -f "$SLURM_CONF"
slurmd -N n2 -f "$SLURM_CONF"
for _ in $(seq 60); do [ "$(sinfo -h -t idle -o %D)" = 2 ] && break; sleep 0.5; done
[ "$(sinfo -h -t idle -o %D)" = 2 ] || fail "the two nodes did not come up: $(sinfo -h)"

# 140 small faces, all classes in all parts.
awk 'BEGIN { srand(1); print "emotion,pixels,Usage"
    for (part = 0; part < 3; part++) for (i = 0; i < (part ? 35 : 70); i++) {
        line = i % 7 ","; for (p = 0; p < 2304; p++) line = line (p ? " " : "") int((i % 7) * 30 + rand() * 60)
        print line "," (part == 0 ? "Training" : part == 1 ? "PublicTest" : "PrivateTest") } }' > "$folder/faces.csv"
experiment=(lstm --data "$folder/faces.csv" --widths 8,16,32,64 --lstm-seeds 1 --lstm-iterations 300 --batch-size 4)
[ "$(dotnet "$VARIANT_TABLE" plan "${experiment[@]}" --count)" = 12 ] || fail "the plan has not 12 jobs"

begun=$SECONDS
array=$(sbatch --parsable --array=1-12 --output="$folder/task-%a.log" samples/VariantTable/experiments.sbatch \
    "${experiment[@]}" --output "$folder/cluster" --resume-interval 10)
echo "array $array of 12 jobs on n1 and n2"

# A job on n2 that has kept a state and has not ended.
lost=
for _ in $(seq 600); do
    index=$(squeue -h -t R -w n2 -o %K | head -1)
    if [ -n "$index" ]; then
        name=$(dotnet "$VARIANT_TABLE" plan "${experiment[@]}" | awk -F '│' -v job="$index" '$2 + 0 == job { gsub(/ /, "", $8); print $8 }')
        while [ "$(squeue -h -t R -w n2 -o %K | head -1)" = "$index" ]; do
            if [ -f "$folder/cluster/jobs/$name/run.resume" ]; then lost=$index; break; fi
            sleep 0.1
        done
    fi
    [ -z "$lost" ] || break
    sleep 0.2
done
[ -n "$lost" ] || fail "no job of n2 was caught in mid run"
job=$(squeue -h -t R -w n2 -o %A | head -1)
step=$(ps -eo pid=,args= | awk -v step="slurmstepd: [$job.batch]" 'index($0, step) { print $1; exit }')
tree() { echo "$1"; local child; for child in $(ps -eo pid=,ppid= | awk -v parent="$1" '$2 == parent { print $1 }'); do tree "$child"; done; }
kill -9 $(cat "$folder/n2.pid") $(tree "${step:?no slurmstepd of job $job}")
echo "killed n2 while it ran job $lost ($name): slurmd, slurmstepd and the task"

for _ in $(seq 1200); do [ -z "$(squeue -h -j "$array" 2> /dev/null)" ] && break; sleep 1; done
[ -z "$(squeue -h -j "$array" 2> /dev/null)" ] || fail "the array has not ended: $(squeue -h -j "$array")"
echo "all tasks have ended after $((SECONDS - begun)) s; job $lost was restarted $(scontrol show job "${array}_$lost" | grep -oE 'Restarts=[0-9]+')"
grep -q "due to failure of node n2" "$folder/ctld.log" || fail "Slurm requeued nothing"
grep -q "goes on from its state" "$folder/task-$lost.log" || fail "job $lost did not go on from its state: $(tail -5 "$folder/task-$lost.log")"

dotnet "$VARIANT_TABLE" run "${experiment[@]}" --output "$folder/single" --jobs 2 > "$folder/single.log" || fail "$(tail -5 "$folder/single.log")"
for run in cluster single; do dotnet "$VARIANT_TABLE" collect "$folder/$run" --report "$folder/report-$run" --reproducible; done
grep -q "12 of 12 planned jobs have ended" "$folder/report-cluster/tables.md" || fail "the cluster's report lacks jobs"
diff -r "$folder/report-cluster" "$folder/report-single" || fail "the reports differ"
echo "passed: tables and report of the cluster equal those of one machine, byte for byte ($(ls "$folder/report-cluster" | wc -l) files)"
