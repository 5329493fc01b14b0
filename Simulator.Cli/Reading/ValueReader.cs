namespace Simulator.Cli.Reading;

/// <summary>Reads one value from its text, in a scenario or on the command line.</summary>
/// <param name="text">The text, unquoted.</param>
/// <param name="value">The value, when it could be read.</param>
/// <param name="fault">Otherwise what was expected and what was found, such as <c>expected a duration, got '5'</c>.</param>
internal delegate bool ValueReader<T>(string text, out T value, out string fault);
