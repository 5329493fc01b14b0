using System.Globalization;

namespace Simulator.Tests.Timelines;

/// <summary>Settings <c>name=value</c> of one line, of which each must be read.</summary>
internal sealed class TimelineOptions
{
    private readonly Dictionary<string, string> _values = [];
    private readonly HashSet<string> _read = [];
    private readonly string _where;

    public TimelineOptions(string where, IEnumerable<string> words)
    {
        _where = where;
        foreach (string word in words)
        {
            string[] parts = word.Split('=');
            if (parts.Length != 2 || parts[0].Length == 0 || parts[1].Length == 0) throw new FormatException($"{where}: '{word}' is not name=value.");
            if (!_values.TryAdd(parts[0], parts[1])) throw new FormatException($"{where}: '{parts[0]}' is given twice.");
        }
    }

    public int Int(string name) => int.TryParse(Text(name), NumberStyles.None, CultureInfo.InvariantCulture, out int value)
        ? value : throw new FormatException($"{_where}: '{name}' is no whole number.");

    /// <summary>A number; 0 when it is not given.</summary>
    public double DoubleOrZero(string name) => !_values.ContainsKey(name) ? 0
        : double.TryParse(Text(name), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double value)
        ? value : throw new FormatException($"{_where}: '{name}' is no number.");

    public T Enum<T>(string name)
        where T : struct, Enum => System.Enum.TryParse(Text(name), ignoreCase: true, out T value)
        ? value : throw new FormatException($"{_where}: '{name}' is none of {string.Join(", ", System.Enum.GetNames<T>())}.");

    public void RequireAllRead()
    {
        foreach (string name in _values.Keys)
            if (!_read.Contains(name)) throw new FormatException($"{_where}: nothing is called '{name}' here.");
    }

    private string Text(string name)
    {
        _read.Add(name);
        return _values.TryGetValue(name, out string? value) ? value : throw new FormatException($"{_where}: '{name}' is missing.");
    }
}
