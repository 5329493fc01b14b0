using Simulator.Models.Costs.Profiles;

namespace Simulator.Models.Calibration;

/// <summary>A section of a profile with what its fit is worth.</summary>
/// <typeparam name="TSection">The section.</typeparam>
/// <param name="Section">The section.</param>
/// <param name="Residuals">How far it is from what was measured.</param>
/// <param name="Files">The tables that it was fitted to.</param>
public sealed record Fitted<TSection>(TSection Section, IReadOnlyList<Residual> Residuals, IReadOnlyList<OpTableFile> Files);
