using System.Globalization;
using System.Text.RegularExpressions;

namespace Simulator.Cli.Validation.Measured.ClosedLoop;

/// <summary>Reads the cells of server_flags.csv, which are prose with a value in it: <c>isl+osl+20 (1k/1k) or isl+osl+200</c>.</summary>
internal static partial class FlagText
{
    /// <summary>The alternative of a text that is meant for a point.</summary>
    /// <remarks>
    /// Alternatives are written <c>TP8: a; TP4: b</c>, <c>a (condition) or b</c>, and <c>a (b for condition; c with condition)</c>. A
    /// parenthesis that holds no condition is a comment. What is left is the text of one value.
    /// </remarks>
    public static string Choose(string text, ClosedLoopPoint point)
    {
        if (text.StartsWith("TP", StringComparison.Ordinal) && text.Contains(':', StringComparison.Ordinal))
        {
            (string Condition, string Value)[] layouts = [.. text.Split(';', StringSplitOptions.TrimEntries).Select(Prefixed)];
            text = layouts.FirstOrDefault(layout => Holds(layout.Condition, point) == true, layouts[^1]).Value;
        }
        Match either = Either().Match(text);
        if (either.Success && Holds(either.Groups[2].Value, point) is { } first) return first ? either.Groups[1].Value : either.Groups[3].Value;
        Match noted = Noted().Match(text);
        if (!noted.Success) return text;
        foreach (string exception in noted.Groups[2].Value.Split(';', StringSplitOptions.TrimEntries))
        {
            Match value = Exception().Match(exception);
            if (value.Success && Holds(value.Groups[2].Value, point) == true) return value.Groups[1].Value;
        }
        return text;
    }

    /// <summary>Whether a condition such as <c>1k/8k C>=64</c> or <c>TP&lt;8</c> holds for a point; null when the text is no condition.</summary>
    public static bool? Holds(string condition, ClosedLoopPoint point)
    {
        bool holds = true, any = false;
        foreach (Match part in Words().Matches(condition.Replace("with attention DP", "DP>1", StringComparison.Ordinal)))
        {
            if (part.Groups["lengths"].Success)
            {
                holds &= point.PromptTokens == Kilo(part.Groups["prompt"].Value) && point.OutputTokens == Kilo(part.Groups["output"].Value);
            }
            else if (part.Groups["variable"].Success)
            {
                int value = part.Groups["variable"].Value switch { "C" => point.Concurrency, "TP" => point.Tensor, _ => point.AttentionData };
                int bound = int.Parse(part.Groups["bound"].Value, CultureInfo.InvariantCulture);
                holds &= part.Groups["compare"].Value switch { ">=" => value >= bound, "<=" => value <= bound, "<" => value < bound, ">" => value > bound, _ => value == bound };
            }
            else if (part.Value is "only" or "with" or "and")
            {
                continue;
            }
            else
            {
                return null;
            }
            any = true;
        }
        return any ? holds : null;
    }

    /// <summary>The number that a text gives for a point: of the first expression in it, or of the default it names; null when there is none.</summary>
    /// <remarks>
    /// Expressions are sums of terms <c>8192</c>, <c>C</c>, <c>batch</c>, <c>isl</c>, <c>osl</c>, <c>2*isl</c> and <c>C/4</c>, the larger of
    /// two of them as <c>max(a, b)</c>, and any of these <c>rounded up to 64</c>.
    /// </remarks>
    public static double? Evaluate(string text, ClosedLoopPoint point)
    {
        if (text.Contains("unset", StringComparison.Ordinal))
            return Default().Match(text) is { Success: true } known ? Number(known.Groups[1].Value) : null;
        Match larger = Larger().Match(text);
        if (larger.Success) return Math.Max(Sum(larger.Groups[1], point), Sum(larger.Groups[2], point));
        Match sum = Expression().Match(text);
        return sum.Success ? Sum(sum, point) : null;
    }

    private static double Sum(Group expression, ClosedLoopPoint point)
    {
        Match rounded = Rounded().Match(expression.Value);
        double sum = (rounded.Success ? rounded.Groups[1].Value : expression.Value).Split('+').Sum(term => Term(term, point));
        if (!rounded.Success) return sum;
        double unit = Number(rounded.Groups[2].Value);
        return Math.Ceiling(sum / unit) * unit;
    }

    private static double Term(string term, ClosedLoopPoint point)
    {
        string[] factors = term.Split('*'), parts = factors[^1].Split('/');
        double value = parts[0] switch
        {
            "C" or "batch" => point.Concurrency,
            "isl" => point.PromptTokens,
            "osl" => point.OutputTokens,
            var number => Number(number),
        };
        return (factors.Length > 1 ? Number(factors[0]) : 1) * (parts.Length > 1 ? Math.Ceiling(value / Number(parts[1])) : value);
    }

    private static (string Condition, string Value) Prefixed(string text) =>
        text.Split(':', 2, StringSplitOptions.TrimEntries) is [var condition, var value] ? (condition, value) : ("", text);

    private static int Kilo(string digits) => 1024 * int.Parse(digits, CultureInfo.InvariantCulture);

    private static double Number(string text) => double.Parse(text, CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^(.+?) \(([^()]+)\) or (.+)$")]
    private static partial Regex Either();

    [GeneratedRegex(@"^(.+?) \(([^()]+)\)")]
    private static partial Regex Noted();

    [GeneratedRegex(@"^(\S+) (?:for )?(.+)$")]
    private static partial Regex Exception();

    [GeneratedRegex(@"(?<lengths>(?<prompt>\d+)k/(?<output>\d+)k)|\b(?<variable>C|TP|DP) ?(?<compare>>=|<=|<|>)? ?(?<bound>\d+)\b|\S+")]
    private static partial Regex Words();

    [GeneratedRegex(@"default\D*?(\d+(?:\.\d+)?)")]
    private static partial Regex Default();

    [GeneratedRegex(@"max\(([^,()]+), ([^,()]+)\)")]
    private static partial Regex Larger();

    [GeneratedRegex(@"\b(?:\d+\*)?(?:C|batch|isl|osl|\d+(?:\.\d+)?)(?:/\d+)?\b(?:\+(?:C|batch|isl|osl|\d+))*(?: rounded up to \d+)?")]
    private static partial Regex Expression();

    [GeneratedRegex(@"^(.+) rounded up to (\d+)$")]
    private static partial Regex Rounded();
}
