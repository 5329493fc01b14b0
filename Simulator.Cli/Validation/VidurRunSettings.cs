using System.Globalization;
using System.Text.Json;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;

namespace Simulator.Cli.Validation;

/// <summary>How a run of Vidur was set up: its command line, and the KV memory that Vidur computed.</summary>
/// <remarks>Arguments that are left out have the defaults of <c>vidur/config/config.py</c> (microsoft/vidur 7d47513).</remarks>
internal sealed class VidurRunSettings
{
    private readonly string _file;
    private readonly Dictionary<string, string> _arguments = [];

    private VidurRunSettings(string file, JsonElement summary)
    {
        _file = file;
        ReadArguments(Property(summary, "argv"));
        JsonElement memory = Property(summary, "memory_model");
        KvBlocks = (long)Number(memory, "num_blocks_per_replica");
        BlockTokens = (int)Number(memory, "block_size");
    }

    public long KvBlocks { get; }

    public int BlockTokens { get; }

    public string Scheduler => Text("replica_scheduler_config_type", "sarathi");

    public string Router => Text("global_scheduler_config_type", "round_robin");

    public string Model => Text("replica_config_model_name", "meta-llama/Llama-2-7b-hf");

    public int Replicas => Whole("cluster_config_num_replicas", 1);

    public int TensorParallel => Whole("replica_config_tensor_parallel_size", 1);

    public int PipelineStages => Whole("replica_config_num_pipeline_stages", 1);

    public int MaxSequences => Whole($"{Scheduler}_scheduler_config_batch_size_cap", 128);

    public double WatermarkFraction => Fraction($"{Scheduler}_scheduler_config_watermark_blocks_fraction", 0.01);

    public int MaxBatchedTokens => Whole("vllm_scheduler_config_max_tokens_in_batch", 4096);

    public int ChunkTokens => Whole("sarathi_scheduler_config_chunk_size", 512);

    /// <summary>Name of the folder with the operator tables, beside the summary.</summary>
    public string TablesFolder => "op_tables_" + Path.GetFileName(Text("metrics_config_cache_dir", "cache").TrimEnd('/'));

    /// <summary>Reads a summary.</summary>
    /// <exception cref="InputException">It cannot be read, or is no summary of a run.</exception>
    public static VidurRunSettings Read(string file) => InputFile.Read(file, "a summary", stream =>
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(stream);
            return new VidurRunSettings(file, document.RootElement);
        }
        catch (JsonException e)
        {
            throw new InputException($"{file}:{(e.LineNumber ?? 0) + 1}: is not JSON; give the summary as the run wrote it");
        }
    });

    private void ReadArguments(JsonElement argv)
    {
        if (argv.ValueKind != JsonValueKind.Array || argv.EnumerateArray().Any(argument => argument.ValueKind != JsonValueKind.String))
            throw Fault("argv", "is not a list of texts");
        string? name = null;
        foreach (string argument in argv.EnumerateArray().Select(argument => argument.GetString()!))
        {
            if (!argument.StartsWith("--", StringComparison.Ordinal))
            {
                if (name is not null) _arguments[name] = argument;
                name = null;
                continue;
            }
            string[] parts = argument[2..].Split('=', 2);
            name = parts.Length == 1 ? parts[0] : null;
            _arguments[parts[0]] = parts.Length == 1 ? "" : parts[1];
        }
    }

    private JsonElement Property(JsonElement parent, string name) =>
        parent.ValueKind == JsonValueKind.Object && parent.TryGetProperty(name, out JsonElement value) ? value : throw Fault(name, "is missing");

    private double Number(JsonElement parent, string name)
    {
        JsonElement value = Property(parent, name);
        return value.ValueKind == JsonValueKind.Number && value.GetDouble() is >= 1 and <= int.MaxValue ? value.GetDouble()
            : throw Fault(name, "is no number from 1 to 2,147,483,647");
    }

    private string Text(string name, string without) => _arguments.GetValueOrDefault(name, without);

    private int Whole(string name, int without) => !_arguments.TryGetValue(name, out string? text) ? without
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= 1 ? value
        : throw Fault($"--{name} '{text}'", "is no whole number of at least 1");

    private double Fraction(string name, double without) => !_arguments.TryGetValue(name, out string? text) ? without
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double value) && value is >= 0 and < 1 ? value
        : throw Fault($"--{name} '{text}'", "is no number from 0 to below 1");

    private InputException Fault(string what, string fault) => new($"{_file}: {what} {fault}; give the summary as the run wrote it");
}
