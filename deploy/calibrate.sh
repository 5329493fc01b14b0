#!/usr/bin/env bash
# Makes every profile that is shipped anew, from a folder of operator tables.
# Usage: deploy/calibrate.sh TABLES     with a folder DEVICE/OPERATOR_ENGINE_VERSION.csv.gz for each device
set -euo pipefail
[ $# -eq 1 ] || { echo "usage: deploy/calibrate.sh TABLES" >&2; exit 2; }
tables=$(realpath "$1")
cd "$(dirname "$0")/.."
dotnet build Simulator.Cli -c Release -v quiet --nologo
for profile in Simulator.Models/Costs/Profiles/Data/*.json; do
  name=$(basename "$profile" .json)
  dotnet run -c Release --no-build --project Simulator.Cli -- calibrate "$tables" --device "${name%.*}" --engine "${name##*.}" --output "$profile"
done
