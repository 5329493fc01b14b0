namespace Simulator.Models.Networks;

/// <summary>A link in the α-β model: what a message costs however small, and what each of its bytes costs.</summary>
/// <remarks>Blittable, so that cost kernels can hold it. The model is Hockney's (Parallel Computing 20, 1994).</remarks>
/// <param name="BytesPerSecond">Bandwidth that one device reaches in one direction (1/β), bytes/s.</param>
/// <param name="LaunchSeconds">Time of a collective however small and with however few devices, s.</param>
/// <param name="StepSeconds">Time that each further step of a collective adds (α), s.</param>
public readonly record struct Link(double BytesPerSecond, double LaunchSeconds, double StepSeconds);
