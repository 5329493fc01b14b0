using Simulator.Models.Clusters;
using Simulator.Models.Devices;

namespace Simulator.Planning.Plans;

/// <summary>Everything of a deployment but its layout: model, number formats, engine and its settings.</summary>
/// <param name="Label">What tells it from others, such as <c>weights=fp8,tokenBudget=4096</c>; empty when there is only one.</param>
/// <param name="Pool">The pool on a kind of device, on which the defaults of engines depend. Its plan and replicas are set by the layout.</param>
public sealed record ServingSetting(string Label, Func<Device, PoolSpec> Pool);
