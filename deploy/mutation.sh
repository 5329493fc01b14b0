#!/usr/bin/env bash
# Mutation testing of parts of Simulator.Models: their files are mutated, and the tests of their folders run against each mutant.
# Usage: deploy/mutation.sh PART...     with parts Caching, Memory (the engines' side of the KV memory), Batching/<Name> (a scheduler)
#                                       and Batching (what schedulers share). CONCURRENCY=n sets the test processes at a time, else 2.
# The report is written to artifacts/mutation/reports. docs/mutation.md records the scores.
set -euo pipefail
cd "$(dirname "$0")/.."

files=() tests=()
for part in "$@"; do
  case $part in
    Caching) files+=('Caching/**/*.cs') tests+=(Caching) ;;
    Memory)
      files+=(Engines/SequenceMemory.cs Engines/HashedMemory.cs Engines/RadixMemory.cs)
      tests+=(Caching.Prefix Engines.MemoryTests Engines.EngineSettingsTests Engines.EngineOracleTests) ;;
    Batching) files+=('Batching/*.cs') tests+=(Batching Engines.EngineOracleTests Engines.EngineSettingsTests) ;;
    Batching/*) files+=("$part/**/*.cs") tests+=("${part//\//.}" Batching.Vidur Batching.Stretch Engines.EngineOracleTests) ;;
    *) echo "deploy/mutation.sh: no part '$part': give Caching, Memory, Batching or Batching/<Name>" >&2; exit 2 ;;
  esac
done
[ ${#files[@]} -gt 0 ] || { echo "usage: deploy/mutation.sh Caching | Memory | Batching | Batching/<Name> ..." >&2; exit 2; }
mutate=$(printf ', "%s"' "${files[@]}")
filter=$(printf '|FullyQualifiedName~Simulator.Tests.Models.%s' "${tests[@]}")

# Tests that run all twice, with fast-forward and without, are slow and concern the engine.
output=$PWD/artifacts/mutation
mkdir -p "$output"
cat > "$output/stryker-config.json" <<JSON
{
  "stryker-config": {
    "project": "Simulator.Models.csproj",
    "test-runner": "vstest",
    "configuration": "Release",
    "concurrency": ${CONCURRENCY:-2},
    "mutate": [${mutate:2}],
    "test-case-filter": "(${filter:1})&FullyQualifiedName!~FastForward",
    "additional-timeout": 30000,
    "reporters": ["dots", "cleartext", "json", "html"]
  }
}
JSON
# A mutant may loop and allocate without end; it should fail, not fill the machine.
export DOTNET_GCHeapHardLimit=0x80000000
dotnet tool restore
cd Simulator.Tests
dotnet stryker --config-file "$output/stryker-config.json" --output "$output"
