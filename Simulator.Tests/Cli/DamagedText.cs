namespace Simulator.Tests.Cli;

/// <summary>Documents with a character taken out, put in or changed: what readers must refuse with a place, or read.</summary>
internal static class DamagedText
{
    private const string Alphabet = "abz019 :.,-[]{}#&*!|>'\"%@?/\t\n\r~\u0000é";

    /// <summary>The text with one damage.</summary>
    public static string Damage(string text, (int Place, int Change, int Letter) damage)
    {
        if (text.Length == 0) return text;
        int place = (int)(Math.Abs((long)damage.Place) * 7919 % text.Length);
        char letter = Alphabet[(int)(Math.Abs((long)damage.Letter) % Alphabet.Length)];
        return (Math.Abs((long)damage.Change) % 3) switch
        {
            0 => text.Remove(place, 1),
            1 => text.Insert(place, letter.ToString()),
            _ => string.Concat(text.AsSpan(0, place), letter.ToString(), text.AsSpan(place + 1)),
        };
    }
}
