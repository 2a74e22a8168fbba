#!/bin/bash
# A sweep on Slurm: sbatch docs/slurm.sh program.ts space.json sweeps/first [options of "reluctant sweep"]. One Ray cluster over the nodes of the
# job, ended with it. A job that is requeued or submitted again goes on where it was.
#SBATCH --job-name=reluctant-sweep
#SBATCH --nodes=2
#SBATCH --ntasks-per-node=1
#SBATCH --cpus-per-task=16
#SBATCH --time=08:00:00
#SBATCH --requeue
# Two minutes before the time is over: what is trained is kept.
#SBATCH --signal=B:TERM@120
set -euo pipefail

if [ $# -lt 3 ]; then
  echo "usage: sbatch $0 PROGRAM SPACE OUTPUT [options of reluctant sweep]" >&2
  exit 2
fi
program=$1 space=$2 output=$3
shift 3

# The Python that "npm run setup -- --cluster" installed, on a file system that all nodes see.
python=${RELUCTANT_CLUSTER_PYTHON:-$PWD/.venv-cluster/bin/python}
ray=$(dirname "$python")/ray
export RELUCTANT_CLUSTER_PYTHON=$python RAY_USAGE_STATS_ENABLED=0
# Nodes are shared with others: only who knows the token is answered.
export RAY_AUTH_MODE=token
RAY_AUTH_TOKEN=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
export RAY_AUTH_TOKEN

nodes=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
head=$(head -n 1 <<< "$nodes")
others=$(tail -n +2 <<< "$nodes")
port=$((20000 + SLURM_JOB_ID % 10000))
client=$((port + 10000))

srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" \
  "$ray" start --head --port="$port" --ray-client-server-port="$client" --num-cpus="$SLURM_CPUS_PER_TASK" \
  --include-dashboard=false --block > "ray-$SLURM_JOB_ID.log" 2>&1 &
for _ in $(seq 60); do
  if srun --overlap --nodes=1 --ntasks=1 --nodelist="$head" "$ray" status --address="$head:$port" > /dev/null 2>&1; then break; fi
  sleep 2
done
for node in $others; do
  srun --overlap --nodes=1 --ntasks=1 --nodelist="$node" \
    "$ray" start --address="$head:$port" --num-cpus="$SLURM_CPUS_PER_TASK" --block >> "ray-$SLURM_JOB_ID.log" 2>&1 &
done

# In the background, so that the signal is passed on at once.
npx reluctant sweep "$program" "$space" --output-dir "$output" --on "ray://127.0.0.1:$client" "$@" &
sweep=$!
trap 'kill -TERM "$sweep" 2> /dev/null || true' TERM
status=0
wait "$sweep" || status=$?
# A signal ends the wait and not the sweep.
while kill -0 "$sweep" 2> /dev/null; do wait "$sweep" && status=0 || status=$?; done
exit "$status"
