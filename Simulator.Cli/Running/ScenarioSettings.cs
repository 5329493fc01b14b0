using Simulator.Cli.Scenarios;
using Simulator.Cli.Scenarios.Schedulers;
using Simulator.Models.Clusters;
using Simulator.Models.Costs;
using Simulator.Models.Parallelism;
using Simulator.Models.Results;

namespace Simulator.Cli.Running;

/// <summary>What a scenario sets for a run, defaults included, as results tell it. What it merely writes, and seeds, are left out.</summary>
internal static class ScenarioSettings
{
    /// <param name="scenario">The scenario.</param>
    /// <param name="cluster">What was made of its cluster.</param>
    public static IReadOnlyList<RunSetting> Of(Scenario scenario, ClusterSpec cluster)
    {
        SettingList list = new(scenario.Folder);
        list.Add("workload", scenario.Workload);
        list.Add("router", scenario.Cluster.Router);
        foreach ((PoolSection section, PoolSpec pool) in scenario.Cluster.Pools.Zip(cluster.Pools)) AddPool(list, section, pool);
        ResultsSection results = scenario.Results;
        list.Add("results.warmUp", results.WarmUp);
        list.Add("results.drain", results.Drain);
        list.Add("results.slo", results.Slo);
        return list.Settings;
    }

    private static void AddPool(SettingList list, PoolSection section, PoolSpec pool)
    {
        string path = $"pools[{pool.Name}]";
        list.Add($"{path}.model", pool.Model.Id);
        list.Add($"{path}.modelConfig", section.ModelConfig);
        list.Add($"{path}.device", section.Device.Id);
        list.Add($"{path}.clock", section.Clock < 1 ? section.Clock : null);
        list.Add($"{path}.replicas", pool.Replicas);
        list.Add($"{path}.serves", pool.Serves);
        ParallelPlan plan = pool.Plan;
        list.Add($"{path}.plan.context", plan.Context);
        list.Add($"{path}.plan.data", plan.Data);
        list.Add($"{path}.plan.expert", plan.Expert);
        list.Add($"{path}.plan.feedForward", plan.FeedForward > 0 ? plan.FeedForward : null);
        list.Add($"{path}.plan.pipeline", plan.Pipeline);
        list.Add($"{path}.plan.stageLayers", plan.StageLayers);
        list.Add($"{path}.plan.tensor", plan.Tensor);
        Quantization quantization = pool.Quantization;
        list.Add($"{path}.quantization.weights", quantization.Weights);
        list.Add($"{path}.quantization.expertWeights", quantization.ExpertWeights);
        list.Add($"{path}.quantization.activations", quantization.Activations);
        list.Add($"{path}.quantization.kv", quantization.KvCache);
        if (quantization.BlockScaled) list.Add($"{path}.quantization.blockScaled", true);
        SchedulerEntry scheduler = KnownSchedulers.Of(section.Engine.Scheduler);
        list.Add($"{path}.engine.scheduler", scheduler.Name);
        IReadOnlyList<object?> values = scheduler.Values(section.Device, ClusterBuilder.ContextWindow(section, pool.Model), section.Engine.SchedulerOptions);
        foreach ((SchedulerOption option, object? value) in scheduler.Options.Zip(values))
            list.Add($"{path}.engine.{option.Key}", value);
        list.Add($"{path}.engine.maxContext", pool.Engine.ContextWindow ?? pool.Model.ContextWindow);
        list.Add($"{path}.engine.queueLimit", pool.Engine.QueueLimit);
        if (pool.Engine.HostCacheBlocks > 0)
        {
            list.Add($"{path}.engine.hostCacheBlocks", pool.Engine.HostCacheBlocks);
            list.Add($"{path}.engine.hostWritePolicy", pool.Engine.HostWritePolicy);
        }

        list.Add($"{path}.engine.receiveInterval", pool.Engine.ReceiveInterval);
        list.Add($"{path}.engine.streamInterval", pool.Engine.StreamInterval);
        list.Add($"{path}.engine.requestOverhead", pool.Engine.RequestOverhead);
        list.Add($"{path}.engine.responseOverhead", pool.Engine.ResponseOverhead);
        list.Add($"{path}.engine.memoryUtilization", pool.Memory.UtilizationFraction);
        list.Add($"{path}.engine.kvBlocks", section.Engine.KvBlocks == EngineSection.Unlimited ? "unlimited" : pool.Memory.BlocksOverride);
        list.Add($"{path}.devicesPerHostLink", pool.DevicesPerHostLink);
        if (section.Costs is null) AddRoofline(list, $"{path}.roofline", pool.Roofline);
        else list.Add($"{path}.costs", section.Costs);
    }

    // With a profile the constant efficiencies mean nothing.
    private static void AddRoofline(SettingList list, string path, RooflineOptions roofline)
    {
        if (roofline.Profile is not { } profile)
        {
            list.Add(path, roofline);
            return;
        }
        list.Add($"{path}.expertImbalance", roofline.ExpertImbalance);
        list.Add($"{path}.fabric", roofline.Fabric);
        list.Add($"{path}.graphs", roofline.Graphs);
        list.Add($"{path}.host", roofline.Host);
        list.Add($"{path}.sampling", roofline.Sampling);
        list.Add($"{path}.profile", $"{profile.Device}.{profile.Engine}");
    }
}
