using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Simulator.Core.Time;
using Simulator.Models.Results;

namespace Simulator.Cli.Running;

/// <summary>Flattens descriptions into settings, each under its path.</summary>
/// <param name="folder">Folder that paths of files stand below; they are listed without it, as the scenario has them.</param>
internal sealed class SettingList(string folder)
{
    private readonly string _below = folder.Length == 0 ? "" : Path.Combine(folder, "_")[..^1];
    private readonly List<RunSetting> _settings = [];

    /// <summary>The settings in the order in which they were added.</summary>
    public IReadOnlyList<RunSetting> Settings => _settings;

    /// <summary>Adds a value, the items of a list, or the properties of a record in the order of their names; nothing for null or an empty text.</summary>
    public void Add(string path, object? value)
    {
        if (value is null or "" || value is ICollection { Count: 0 }) return;
        if (Text(value) is { } text) _settings.Add(new RunSetting(path, text));
        else if (value is IEnumerable list) AddItems(path, [.. list.Cast<object>()]);
        else AddProperties(path, value);
    }

    private void AddItems(string path, object[] items)
    {
        if (items.Length == 0) return;
        string[] texts = [.. items.Select(Text).OfType<string>()];
        if (texts.Length == items.Length) _settings.Add(new RunSetting(path, string.Join(", ", texts)));
        else for (int i = 0; i < items.Length; i++) Add(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), items[i]);
    }

    private void AddProperties(string path, object record)
    {
        // Which of several kinds it is, where there are several.
        Type type = record.GetType();
        if (type.BaseType is { IsAbstract: true } && !type.IsValueType) _settings.Add(new RunSetting(path, Name(type.Name.Replace("Section", "", StringComparison.Ordinal))));
        IEnumerable<PropertyInfo> properties = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(property => property.CanWrite);
        foreach (PropertyInfo property in properties.OrderBy(property => property.Name, StringComparer.Ordinal))
            Add($"{path}.{Name(property.Name)}", property.GetValue(record));
    }

    private string? Text(object value) => value switch
    {
        string text => _below.Length > 0 && text.StartsWith(_below, StringComparison.Ordinal) ? text[_below.Length..] : text,
        bool flag => flag ? "true" : "false",
        Enum member => Name(member.ToString()),
        SimDuration span => span.ToString(),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => null,
    };

    private static string Name(string name) => JsonNamingPolicy.CamelCase.ConvertName(name);
}
