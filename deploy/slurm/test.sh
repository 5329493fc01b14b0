#!/usr/bin/env bash
# A sweep on a real Slurm: munged, slurmctld and two slurmds on this machine. The first try of one shard asks for another; the node of the other one
# is killed amid its points. Both shards are queued again, and the merged bytes must be those of a single process. Then the same with GNU parallel.
# Exit code 77: skipped, for the reason printed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
tool=$PWD/artifacts/bin/Simulator.Cli/release/Simulator.Cli.dll

skip() { echo "skipped: $*"; exit 77; }
fail() { echo "failed: $*" >&2; tail -n 20 "$S"/log/*.log "$S"/slurm-*.out >&2 2>/dev/null || true; exit 1; }
within() { # within SECONDS WHAT COMMAND…: waits until the command succeeds
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@"; do
    [ $SECONDS -lt $end ] || fail "$what took too long"
    sleep 0.2
  done
}

[ -f "$tool" ] || { echo "build first: dotnet build Simulator.sln -c Release"; exit 1; }
[ "$(id -u)" -eq 0 ] || skip "the daemons of Slurm are started as root, and this is $(id -un)"
declare -A package=([slurmctld]=slurmctld [slurmd]=slurmd [sbatch]=slurm-client [munged]=munge [parallel]=parallel)
missing=()
for command in "${!package[@]}"; do command -v "$command" >/dev/null || missing+=("${package[$command]}"); done
if [ ${#missing[@]} -gt 0 ]; then
  command -v apt-get >/dev/null || skip "${missing[*]} are not installed, and there is no apt-get"
  echo "installing ${missing[*]}"
  { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1 \
    || skip "${missing[*]} cannot be installed"
fi

S=$(mktemp -d)
export SLURM_CONF=$S/slurm.conf
mkdir -p "$S"/{bin,run,state,log,first-try}
pid_of() { cat "$S/run/$1.pid" 2>/dev/null || true; }
stop() { # slurmd first and munged last: without it the others never hear that they shall end
  for daemon in slurmd-n1 slurmd-n2 slurmctld munged; do
    pid=$(pid_of "$daemon")
    [ -n "$pid" ] && kill "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do [ -e "$S/run/$daemon.pid" ] && kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  done
  for task in "$S"/run/task-*; do [ -e "$task" ] && xargs kill -9 <"$task" 2>/dev/null || true; done
  rm -rf "$S"
}
trap stop EXIT

port=$((20000 + RANDOM % 20000))
cat >"$SLURM_CONF" <<END
ClusterName=sweep
SlurmctldHost=localhost(127.0.0.1)
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket=$S/run/munge.socket
CommunicationParameters=NoCtldInAddrAny,NoInAddrAny
SlurmctldPort=$port
SlurmctldPidFile=$S/run/slurmctld.pid
SlurmdPidFile=$S/run/slurmd-%n.pid
SlurmdSpoolDir=$S/run/spool-%n
StateSaveLocation=$S/state
SlurmctldLogFile=$S/log/slurmctld.log
SlurmdLogFile=$S/log/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
SlurmdParameters=config_overrides
SlurmdTimeout=10
NodeName=n1 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 1)) CPUs=1 State=UNKNOWN
NodeName=n2 NodeHostname=localhost NodeAddr=127.0.0.1 Port=$((port + 2)) CPUs=1 State=UNKNOWN
PartitionName=sweep Nodes=ALL Default=YES MaxTime=INFINITE State=UP
END

# The command that the batch script calls. It notes who runs which shard, and where; the first try of shard 0 finds a machine that is not well.
cat >"$S/bin/simulator" <<END
#!/bin/bash
if [ -n "\${SLURM_ARRAY_TASK_ID:-}" ]; then
  echo "\$\$ \$PPID \$(awk '{print \$4}' /proc/\$PPID/stat)" >"$S/run/task-\$SLURM_ARRAY_TASK_ID"
  echo "\$SLURMD_NODENAME" >"$S/run/node-\$SLURM_ARRAY_TASK_ID"
  [ "\$SLURM_ARRAY_TASK_ID" = 0 ] && mkdir "$S/first-try/0" 2>/dev/null && exit 75
fi
exec dotnet "$tool" "\$@"
END
chmod +x "$S/bin/simulator"
PATH=$S/bin:$PATH

cat >"$S/sweep.yaml" <<'END'
scenario:
  workload:
    generate:
      arrivals: { poisson: 20/s }
      prompt: { logNormal: { mean: 500, cv: 1 } }
      output: { logNormal: { mean: 200, cv: 1 } }
      requests: 8000
  cluster:
    pools: [{ model: llama-3.1-8b, device: h100-sxm }]
axes:
  workload.generate.arrivals.poisson: [5/s, 10/s, 20/s, 40/s]
  cluster.pools[0].engine.tokenBudget: [2048, 4096, 8192]
replications: 2
END
simulator sweep plan "$S/sweep.yaml" --out "$S/manifest.jsonl"
sweep() { local verb=$1 results=$2; shift 2; simulator sweep "$verb" --manifest "$S/manifest.jsonl" --results "$S/$results" "$@"; }
sweep run alone --cores 1
sweep merge alone --out "$S/alone.jsonl"
same() { # same RESULTS: merges them, and compares the bytes with those of a single process
  sweep merge "$1" --out "$S/$1.jsonl"
  cmp "$S/alone.jsonl" "$S/$1.jsonl" || fail "the results of $1 differ from those of a single process"
  [ -z "$(find "$S/$1" -name '*.tmp')" ] || fail "$1 holds files that are not whole"
}

echo "== Slurm"
head -c 1024 /dev/urandom >"$S/run/munge.key"
chmod 0400 "$S/run/munge.key"
chmod 0755 "$S" "$S/run"
munged --force --key-file="$S/run/munge.key" --socket="$S/run/munge.socket" --pid-file="$S/run/munged.pid" \
  --log-file="$S/log/munged.log" --seed-file="$S/run/munge.seed"
slurmctld
slurmd -N n1
slurmd -N n2
both_idle() { [ "$(sinfo -h -t idle -o %D)" = 2 ]; }
within 30 "the start of Slurm" both_idle

sweep slurm array --tasks 2 >"$S/array.sh"
job=$(cd "$S" && sbatch --parsable array.sh)
echo "job $job"
points_of_victim() { # points that shard 1 has done, in its first try
  local pid _
  read -r pid _ 2>/dev/null <"$S/run/task-1" || return 1
  [ "$(tail -n +2 "$S/array/journal/$(hostname)-$pid.csv" 2>/dev/null | wc -l)" -ge 2 ]
}
within 60 "the first points of shard 1" points_of_victim
victim=$(cat "$S/run/node-1")
kill -9 "$(pid_of "slurmd-$victim")" $(cat "$S/run/task-1")
rm "$S/run/slurmd-$victim.pid" "$S/run/task-1"
killed_at=$(find "$S/array" -maxdepth 1 -name '*.json' | wc -l)
echo "killed $victim amid shard 1, with $killed_at of 24 points done"
[ "$killed_at" -lt 24 ] || fail "the shard was done before its node was killed"
code=0
sweep merge array --out "$S/early.jsonl" 2>/dev/null || code=$?
[ $code -eq 3 ] || fail "a merge with points missing returned $code instead of 3"

done_or_freed() { # frees what Slurm holds for two minutes before another try; true when nothing is left
  local left
  left=$(squeue -h -o '%i %r')
  while read -r task reason; do
    [ "$reason" != BeginTime ] || scontrol update jobid="$task" StartTime=now 2>/dev/null || true
  done <<<"$left"
  [ -z "$left" ]
}
within 150 "the array" done_or_freed
[ -e "$S/run/task-1" ] || fail "shard 1 was not queued again"
cat "$S"/slurm-*.out
same array

echo "== GNU parallel"
seq 0 3 | parallel --jobs 2 --retries 3 simulator sweep run --manifest "$S/manifest.jsonl" --results "$S/parallel" --shard {} --of 4 --cores 1
same parallel
echo "passed: Slurm and GNU parallel give the bytes of a single process"
