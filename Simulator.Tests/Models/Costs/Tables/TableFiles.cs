using System.Globalization;
using System.IO.Compression;
using System.Text;
using Simulator.Tests.Models.Batching;

namespace Simulator.Tests.Models.Costs.Tables;

/// <summary>Made-up operator tables, in memory and as files. All times are multiples of 0.01 ms, so that iterations take whole microseconds.</summary>
internal static class TableFiles
{
    public const int MostTokens = 512;
    public const int MostRows = 32;
    public const int MostKv = 512;

    public static IReadOnlyDictionary<(string, int, int), double> Times { get; } = Make();

    /// <summary>Writes the tables into a folder, every second one compressed.</summary>
    public static string Write(string folder)
    {
        Directory.CreateDirectory(folder);
        int written = 0;
        foreach (var table in Times.GroupBy(entry => entry.Key.Item1))
        {
            string[] keys = table.Key switch
            {
                "attn_decode" => ["batch_size", "kv_cache_size"],
                "attn_prefill" => ["kv_cache_size", "prefill_chunk_size_squared"],
                _ => ["num_tokens"],
            };
            StringBuilder text = new(string.Join(',', keys) + ",prediction\n");
            foreach (((_, int first, int second), double value) in table)
                text.Append(CultureInfo.InvariantCulture, $"{first},{(keys.Length > 1 ? $"{second}," : "")}{value:R}\n");
            Write(Path.Combine(folder, table.Key + ".csv"), text.ToString(), compressed: written++ % 2 == 1);
        }
        return folder;
    }

    private static void Write(string path, string text, bool compressed)
    {
        if (!compressed)
        {
            File.WriteAllText(path, text);
            return;
        }
        using var gzip = new GZipStream(File.Create(path + ".gz"), CompressionLevel.Fastest);
        gzip.Write(Encoding.UTF8.GetBytes(text));
    }

    private static Dictionary<(string, int, int), double> Make()
    {
        Dictionary<(string, int, int), double> times = [];
        foreach (string name in (string[])[.. NaiveVidur.TokenOperators, "attn_kv_cache_save", "all_reduce", "send_recv"])
            for (int tokens = 1; tokens <= MostTokens; tokens++) Add(times, name, tokens, 0, 3 + tokens / 16);
        for (int rows = 1; rows <= MostRows; rows++)
            for (int kv = 0; kv <= MostKv; kv += 64) Add(times, "attn_decode", rows, kv, 2 + rows + kv / 32);
        for (int kv = 0; kv <= MostKv; kv += 64)
            for (int chunk = 1; chunk <= MostTokens; chunk++) Add(times, "attn_prefill", kv, chunk * chunk, 4 + (kv + chunk) / 16);
        return times;
    }

    // A scatter on top of the trend, so that a wrong key shows.
    private static void Add(Dictionary<(string, int, int), double> times, string name, int first, int second, int trend) =>
        times.Add((name, first, second), Math.Round((trend + (first * 7 + second * 13 + name.Length * 31) % 11) * 0.01, 2));
}
