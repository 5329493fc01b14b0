using System.Diagnostics.CodeAnalysis;
using Simulator.Core.Text;

namespace Simulator.Models.Catalogues;

/// <summary>Named entries that are found by id or alias, whatever the case and the separators, and by near miss in the error.</summary>
/// <remarks>
/// Two names that differ only in case, dots, hyphens, underscores or blanks are the same name: <c>Llama3-70B</c> finds
/// <c>llama-3-70b</c>.
/// </remarks>
internal sealed class Catalogue<T>
    where T : class
{
    private const int MostSuggestions = 3;

    private readonly string _kind;
    private readonly string _listing;
    private readonly Func<T, string> _idOf;
    private readonly Dictionary<string, T> _byKey = [];
    private readonly List<(string Key, T Entry)> _keys = [];

    /// <summary>A catalogue.</summary>
    /// <param name="kind">What it holds, for messages: <c>device</c>.</param>
    /// <param name="listing">How to list the entries, for messages.</param>
    /// <param name="idOf">Id of an entry.</param>
    /// <param name="entries">The entries with their aliases, in the order of the listing.</param>
    /// <exception cref="ArgumentException">Two entries share a name.</exception>
    public Catalogue(string kind, string listing, Func<T, string> idOf, IEnumerable<(T Entry, string[] Aliases)> entries)
    {
        (_kind, _listing, _idOf) = (kind, listing, idOf);
        var all = new List<T>();
        foreach ((T entry, string[] aliases) in entries)
        {
            all.Add(entry);
            foreach (string name in aliases.Prepend(idOf(entry)))
            {
                string key = Key(name);
                if (_byKey.TryGetValue(key, out T? other) && !ReferenceEquals(other, entry))
                {
                    throw new ArgumentException(
                        $"The {kind}s '{idOf(other)}' and '{idOf(entry)}' share the name '{name}'.", nameof(entries));
                }

                if (_byKey.TryAdd(key, entry))
                    _keys.Add((key, entry));
            }
        }

        All = all;
    }

    /// <summary>All entries, in the order of the listing.</summary>
    public IReadOnlyList<T> All { get; }

    /// <summary>The entry of that name.</summary>
    /// <exception cref="UnknownNameException">No entry has the name.</exception>
    public T Find(string name) => TryFind(name, out T? entry) ? entry : throw new UnknownNameException(_kind, name, Closest(name), _listing);

    /// <summary>The entry of that name, if there is one.</summary>
    public bool TryFind(string name, [NotNullWhen(true)] out T? entry) => _byKey.TryGetValue(Key(name), out entry);

    /// <summary>
    /// Ids of the entries whose names are closest, best first: within a third of the name's length in edits, or containing it.
    /// </summary>
    private List<string> Closest(string name)
    {
        string wanted = Key(name);
        int most = Math.Max(2, wanted.Length / 3);
        return _keys
            .Select(k => (Id: _idOf(k.Entry), Distance: Distance(wanted, k.Key)))
            .Where(c => c.Distance <= most)
            .GroupBy(c => c.Id, (id, group) => (Id: id, Distance: group.Min(c => c.Distance)))
            .OrderBy(c => c.Distance)
            .Take(MostSuggestions)
            .Select(c => c.Id)
            .ToList();

        int Distance(string a, string b) =>
            a.Length >= 3 && b.StartsWith(a, StringComparison.Ordinal) ? 1 : EditDistance.Between(a, b);
    }

    private static string Key(string name) => string.Concat(name.Where(char.IsLetterOrDigit)).ToLowerInvariant();
}
