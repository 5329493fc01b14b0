using Simulator.Cli.Faults;

namespace Simulator.Cli.Scenarios;

/// <summary>A scenario that cannot be run: every fault of it, each as <c>file:line:column: message</c>.</summary>
internal sealed class ScenarioException(FaultList faults) : InputException(faults.ToLines());
