using System.Text;
using Simulator.Cli.Faults;

namespace Simulator.Cli.Reading;

/// <summary>Reads the text of a document that people write by hand, and refuses what is not one.</summary>
internal static class YamlText
{
    /// <summary>Documents above this size are not hand-written.</summary>
    public const long MaximumBytes = 4 << 20;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Reads a UTF-8 file, with or without a byte-order mark.</summary>
    /// <exception cref="InputException">The file is missing, unreadable, too large or not UTF-8 text.</exception>
    public static string Read(string path)
    {
        byte[] bytes = ReadBytes(path);
        try
        {
            string text = StrictUtf8.GetString(bytes);
            return text.StartsWith('\uFEFF') ? text[1..] : text;
        }
        catch (DecoderFallbackException e)
        {
            var lines = bytes.AsSpan(0, Math.Max(0, e.Index)).Count((byte)'\n') + 1;
            throw new InputException($"{path}:{lines}:1: this is not UTF-8 text; save the scenario as UTF-8, or give a trace with --trace");
        }
    }

    private static byte[] ReadBytes(string path) => InputFile.Read(path, "a scenario file", file =>
    {
        if (file.Length > MaximumBytes)
            throw new InputException($"{path}: too large for a scenario (more than 4 MiB); a trace is given with --trace");
        using var copy = new MemoryStream();
        file.CopyTo(copy);
        return copy.ToArray();
    });
}
