#!/usr/bin/env bash
# Mutation testing, one part of Simulator.Models at a time: the part's files are mutated, and the tests of its folders run against each mutant.
# Usage: deploy/mutation.sh Caching | Memory | Batching | Batching/<Name> [concurrency]      (Memory: the engines' side of the KV memory)
# The report is written to artifacts/mutation/<part>. docs/mutation.md records the scores.
set -euo pipefail
cd "$(dirname "$0")/.."
part=${1:?usage: deploy/mutation.sh Caching | Memory | Batching | Batching/<Name> [concurrency]}
concurrency=${2:-2}

case $part in
  Caching) files='"Caching/**/*.cs"'; tests="Caching" ;;
  Memory) files='"Engines/SequenceMemory.cs", "Engines/HashedMemory.cs", "Engines/RadixMemory.cs"'
    tests="Caching.Prefix Engines.MemoryTests Engines.EngineSettingsTests Engines.EngineOracleTests" ;;
  Batching) files='"Batching/**/*.cs"'; tests="Batching Engines.EngineOracleTests" ;;
  Batching/*) files="\"$part/**/*.cs\""; tests="Batching Engines.EngineOracleTests" ;;
  *) echo "deploy/mutation.sh: no part '$part': give Caching, Memory, Batching or Batching/<Name>" >&2; exit 2 ;;
esac
# Tests that run all twice, with fast-forward and without, are slow and concern the engine.
filter=$(printf '|FullyQualifiedName~Simulator.Tests.Models.%s' $tests)

output=$PWD/artifacts/mutation/$part
mkdir -p "$output"
cat > "$output/stryker-config.json" <<JSON
{
  "stryker-config": {
    "project": "Simulator.Models.csproj",
    "test-runner": "vstest",
    "configuration": "Release",
    "concurrency": $concurrency,
    "mutate": [$files],
    "test-case-filter": "(${filter:1})&FullyQualifiedName!~FastForward",
    "additional-timeout": 5000,
    "reporters": ["dots", "cleartext", "json", "html"]
  }
}
JSON
# A mutant may loop and allocate without end; it should fail, not fill the machine.
export DOTNET_GCHeapHardLimit=0x80000000
dotnet tool restore
cd Simulator.Tests
dotnet stryker --config-file "$output/stryker-config.json" --output "$output"
