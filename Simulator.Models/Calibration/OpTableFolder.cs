using Simulator.Models.Calibration.Tables;
using Simulator.Models.Calibration.Tables.AiConfigurator;
using Simulator.Models.Calibration.Tables.Apex;
using Simulator.Models.Calibration.Tables.Vidur;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>The measured tables of one device in a folder, whose layout is told by the names of its files.</summary>
/// <remarks>
/// Four layouts are known: files <c>OPERATOR_ENGINE_VERSION.csv.gz</c>, in a folder of the device or of several; the system data of AIConfigurator
/// (ai-dynamo/aiconfigurator); the profiles of Vidur (microsoft/vidur); and those of APEX (microsoft/apex_plus). The newest version of a table counts.
/// Profiles of Vidur and APEX name no engine: they count for any.
/// </remarks>
public sealed class OpTableFolder
{
    private readonly TableLayout _layout;

    /// <summary>A folder.</summary>
    /// <param name="folder">Its path.</param>
    /// <param name="device">The device.</param>
    /// <exception cref="OpTableException">The folder does not exist or cannot be read, or holds tables of other devices alone.</exception>
    public OpTableFolder(string folder, Device device)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(device);
        if (!Directory.Exists(folder))
            throw new OpTableException(folder, 0, "the folder does not exist", "Give a folder of operator tables");
        try
        {
            _layout = LayoutOf(folder, device);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new OpTableException(folder, 0, "the folder cannot be read", "Give a folder that you may read", fault);
        }
    }

    /// <summary>The table of an operator; null when there is none.</summary>
    /// <param name="op">The operator, such as <c>gemm</c> or <c>custom_allreduce</c>.</param>
    /// <param name="engine">The engine that it was measured in, such as <c>vllm</c>; <c>nccl</c> for the library alone.</param>
    /// <exception cref="OpTableException">The table is in a form that is not read; the message says how to convert it.</exception>
    public OpTableFile? Find(string op, string engine) => _layout.Find(op, engine);

    /// <summary>What the table of an operator would be called, for messages.</summary>
    internal string Name(string op, string engine) => _layout.Name(op, engine);

    private static TableLayout LayoutOf(string folder, Device device)
    {
        var own = new OwnLayout(folder, device);
        return own.IsUsed
            ? own
            : AiConfiguratorLayout.TryOpen(folder, device) ?? VidurLayout.TryOpen(folder, device) ?? ApexLayout.TryOpen(folder, device) ?? (TableLayout)own;
    }
}
