namespace Simulator.Planning.Sweeps;

/// <summary>A manifest or a result that cannot be used. The message names the file, what is wrong with it and what to do.</summary>
/// <param name="message">The message.</param>
public sealed class SweepException(string message) : Exception(message);
