using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using Simulator.Core.Text;

namespace Simulator.Cli.Reading;

/// <summary>Readers of the plain kinds of value: numbers, flags, names, texts. Those with units are in <see cref="Quantities"/>.</summary>
internal static class Values
{
    /// <summary>Any text but an empty one.</summary>
    public static ValueReader<string> Text(string what) => (string text, out string value, out string fault) =>
    {
        value = text;
        fault = $"expected {what}, got an empty text";
        return text.Length > 0;
    };

    /// <summary>A whole number.</summary>
    public static ValueReader<T> Whole<T>(T least, T most) where T : struct, IBinaryInteger<T>, IMinMaxValue<T>
    {
        string expected = Range("a whole number", least, most, T.MinValue, T.MaxValue);
        return (string text, out T value, out string fault) =>
        {
            bool isRead = T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out value);
            bool isTooLarge = !isRead && text.Length > 0 && text.All(char.IsAsciiDigit);
            fault = isTooLarge ? $"expected a whole number from {Format(least)} to {Format(most)}, got '{text}'" : $"expected {expected}, got '{text}'";
            return isRead && value >= least && value <= most;
        };
    }

    /// <summary>A whole number of at least <paramref name="least"/>.</summary>
    public static ValueReader<int> Count(int least = 1) => Whole(least, int.MaxValue);

    /// <summary>A finite number.</summary>
    public static ValueReader<double> Number(double least = double.MinValue, double most = double.MaxValue, bool above = false)
    {
        string expected = above ? $"a number above {Format(least)}" : Range("a number", least, most, double.MinValue, double.MaxValue);
        return (string text, out double value, out string fault) =>
        {
            fault = $"expected {expected}, got '{text}'";
            return TryParseNumber(text, out value) && value >= least && value <= most && (!above || value > least);
        };
    }

    /// <summary>A number above 0.</summary>
    public static ValueReader<double> Positive() => Number(0, above: true);

    /// <summary><c>true</c> or <c>false</c>.</summary>
    public static ValueReader<bool> Flag() => (string text, out bool value, out string fault) =>
    {
        value = text == "true";
        fault = $"expected true or false, got '{text}'";
        return text is "true" or "false";
    };

    /// <summary>One of a few names.</summary>
    /// <param name="what">What they name, such as <c>router</c>.</param>
    /// <param name="names">The names, in the order in which a message lists them, and what each means.</param>
    public static ValueReader<T> OneOf<T>(string what, params (string Name, T Value)[] names) =>
        (string text, out T value, out string fault) =>
        {
            foreach ((string name, T known) in names)
            {
                if (name != text) continue;
                value = known;
                fault = "";
                return true;
            }

            value = default!;
            fault = UnknownName(what, text, names.Select(known => known.Name));
            return false;
        };

    /// <summary>One of a few names, as it is written.</summary>
    public static ValueReader<string> OneOf(string what, params string[] names) =>
        OneOf(what, [.. names.Select(name => (name, name))]);

    /// <summary>A value, or a word that stands for one, such as <c>unlimited</c>.</summary>
    public static ValueReader<T> OrWord<T>(string word, T meaning, ValueReader<T> reader) =>
        (string text, out T value, out string fault) =>
        {
            value = meaning;
            fault = "";
            if (text == word || reader(text, out value, out fault)) return true;

            int got = fault.LastIndexOf(", got ", StringComparison.Ordinal);
            if (got >= 0) fault = $"{fault[..got]}, or {word}{fault[got..]}";
            return false;
        };

    /// <summary>Values with commas between them, at least one.</summary>
    public static ValueReader<IReadOnlyList<T>> List<T>(ValueReader<T> reader) =>
        (string text, out IReadOnlyList<T> value, out string fault) =>
        {
            List<T> items = [];
            (value, fault) = (items, "");
            foreach (string part in text.Split(','))
            {
                if (!reader(part.Trim(), out T item, out fault)) return false;
                items.Add(item);
            }

            return true;
        };

    /// <summary>The words for a name that is not known: the nearest one, and all of them.</summary>
    public static string UnknownName(string what, string name, IEnumerable<string> known)
    {
        string[] names = [.. known];
        string hint = NearestName.Hint(name, names);
        return $"unknown {what} '{name}'{(hint.Length > 0 ? hint : ";")} known: {string.Join(", ", names)}";
    }

    /// <summary>A finite number in invariant notation.</summary>
    internal static bool TryParseNumber(string text, out double value) =>
        double.TryParse(text, NumberStyles.Float & ~NumberStyles.AllowLeadingWhite & ~NumberStyles.AllowTrailingWhite,
            CultureInfo.InvariantCulture, out value)
        && double.IsFinite(value);

    /// <summary>A number as a message shows it.</summary>
    internal static string Format<T>([DisallowNull] T value) where T : IFormattable => value.ToString(null, CultureInfo.InvariantCulture);

    private static string Range<T>(string what, T least, T most, T lowest, T highest) where T : struct, INumber<T> =>
        (least == lowest && T.IsNegative(lowest), most == highest) switch
        {
            (true, true) => what,
            (false, true) => $"{what} of at least {Format(least)}",
            (true, false) => $"{what} of at most {Format(most)}",
            _ => $"{what} from {Format(least)} to {Format(most)}",
        };
}
