using Simulator.Models.Costs;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;

namespace Simulator.Models.Calibration;

/// <summary>Makes the profile of a device and an engine from measured operator tables.</summary>
public static class Calibrator
{
    /// <summary>Fits every section that there are tables of; the others keep the constant efficiencies of <see cref="RooflineOptions"/>.</summary>
    /// <param name="folder">Folder of the tables, in one of the layouts of <see cref="OpTableFolder"/>.</param>
    /// <param name="device">The device.</param>
    /// <param name="engine">The engine.</param>
    /// <exception cref="OpTableException">The folder has no table of matrix products of the device and engine, or a table cannot be read.</exception>
    public static CostProfile Fit(string folder, Device device, EngineKernels engine)
    {
        ArgumentNullException.ThrowIfNull(device);
        var tables = new OpTableFolder(folder, device);
        string name = engine.Id();
        Fitted<MatrixProfile> matrix = MatrixFit.Fit(tables, engine, device) ?? throw new OpTableException(
            folder, 0, $"there is no table of matrix products, {tables.Name("gemm", name)}, of {device.Id}", "Check the folder, --device and --engine");
        if (matrix.Section.Kernels.Count == 0)
        {
            throw new OpTableException(
                matrix.Files[0].Path, 0, $"no number format has times of {MatrixFit.FewestMatrices} matrices, each of {MatrixFit.FewestRows} rows that the device can reach",
                "Give tables of more matrices, and check --device");
        }

        CostProfile profile = CostProfile.Flat(RooflineOptions.Default, device.Id) with
        {
            Engine = name,
            Matrix = matrix.Section,
            Residuals = matrix.Residuals,
        };
        List<OpTableFile> files = [.. matrix.Files];
        if (AttentionFit.Fit(tables, engine, device) is { } attention)
        {
            profile = profile with { Attention = attention.Section, Residuals = [.. profile.Residuals, .. attention.Residuals] };
            files.AddRange(attention.Files);
        }
        if (ElementwiseFit.Fit(tables, device) is { } elementwise)
        {
            profile = profile with { Elementwise = elementwise.Section, Residuals = [.. profile.Residuals, .. elementwise.Residuals] };
            files.AddRange(elementwise.Files);
        }
        if (ExpertFit.Fit(tables, engine, device) is { } experts)
        {
            profile = profile with { Experts = experts.Section, Residuals = [.. profile.Residuals, .. experts.Residuals] };
            files.AddRange(experts.Files);
        }
        if (CollectiveFit.Fit(tables, engine) is { } collectives)
        {
            profile = profile with { Collectives = collectives.Section, Residuals = [.. profile.Residuals, .. collectives.Residuals] };
            files.AddRange(collectives.Files);
        }
        return profile with
        {
            Provenance = [.. files.SelectMany(file => file.Provenance).Distinct()],
        };
    }
}
