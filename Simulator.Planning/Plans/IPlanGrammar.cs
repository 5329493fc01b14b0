using Simulator.Models.Architectures;
using Simulator.Models.Parallelism;

namespace Simulator.Planning.Plans;

/// <summary>Which layouts of a model over devices there are.</summary>
public interface IPlanGrammar
{
    /// <summary>The layouts, each once, in a fixed order; whether they fit is not looked at unless a grammar says so.</summary>
    /// <param name="model">The model.</param>
    /// <param name="devices">The devices, all of which every layout uses.</param>
    /// <param name="formats">Number formats.</param>
    IEnumerable<PlanLayout> Layouts(ModelArchitecture model, DeviceGroup devices, Quantization formats);
}
