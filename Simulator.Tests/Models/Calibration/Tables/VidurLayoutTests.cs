using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Models.Devices;
using Simulator.Tests.Cli;
using Simulator.Tests.Models.Costs.Profiles;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration.Tables;

[TestFixture]
public sealed class VidurLayoutTests
{
    private const string Layer = "n_head,n_kv_head,n_embd,n_expanded_embd,vocab_size,use_gated_mlp,num_tokens,num_tensor_parallel_workers";
    private const string Attention = "n_embd,n_q_head,n_kv_head,block_size,num_tensor_parallel_workers,max_model_len,batch_size,prefill_chunk_size,kv_cache_size,is_prefill,attention_backend";

    private static readonly Device A100 = DeviceCatalogue.A100Sxm80;

    private static readonly string Header = string.Join(',', new[]
    {
        "input_layernorm", "attn_pre_proj", "attn_post_proj", "post_attention_layernorm", "mlp_up_proj", "mlp_act", "mlp_down_proj", "add",
    }.Select(op => $"time_stats.{op}.median")) + "," + Layer;

    // Of data/profiling/compute/a100/meta-llama/Llama-2-7b-hf/mlp.csv: its first row, and one of eight devices.
    private const string Published = "0.105,1.911,0.611,0.104,3.3655,0.266,1.604,0.055,32,32,4096,11008,32768,True,4096,1\n0.004,0.013,0.007,0.004,0.021,0.002,0.012,0.002,32,32,4096,11008,32768,True,8,8\n";

    [Test]
    public void Find_PublishedRows_AreTheProductsOfALayer()
    {
        using var files = new TemporaryFiles();
        files.Write("a100/meta-llama/Llama-2-7b-hf/mlp.csv", $"{Header}\n{Published}");
        var folder = new OpTableFolder(files.Folder, A100);
        Assert.That(TableTexts.Read(folder.Find("gemm", "sglang")!, "gemm_dtype", "m", "n", "k", "latency"), Is.EqualTo((string[])
        [
            "float16,4096,12288,4096,1.911", "float16,4096,4096,4096,0.611", "float16,4096,22016,4096,3.3655", "float16,4096,4096,11008,1.604",
            "float16,8,1536,4096,0.013", "float16,8,4096,512,0.007", "float16,8,2752,4096,0.021", "float16,8,4096,1376,0.012",
        ]));
        // A norm reads and writes a number, the activation of a gate reads two and writes one, as the residual does.
        Assert.That(TableTexts.Read(folder.Find("elementwise", "vllm")!, "bytes", "latency").Take(4), Is.EqualTo((string[])
        [
            "67108864,0.105", "67108864,0.104", "270532608,0.266", "100663296,0.055",
        ]));
        Assert.That(folder.Find("gemm", "vllm")!.Provenance, Is.EqualTo((string[])["a100/meta-llama/Llama-2-7b-hf/mlp.csv in the layout of Vidur (microsoft/vidur)"]));
        Assert.That((folder.Find("context_attention", "vllm"), folder.Find("nccl", "nccl"), folder.Find("moe", "vllm")), Is.EqualTo(((OpTableFile?)null, (OpTableFile?)null, (OpTableFile?)null)));
    }

    [Test]
    public void Find_Attention_TellsPrefillFromDecodeAndSharesHeads()
    {
        using var files = new TemporaryFiles();
        files.Write("mlp.csv", $"{Header}\n{Published}");
        // Of data/profiling/a100/attention.csv.
        files.Write("attention.csv", $"time_stats.attn_decode.median,time_stats.attn_prefill.median,{Attention}\n" +
            "0.015,,8192,64,8,16,2,4096,4,0,32,False,AttentionBackend.FLASH_ATTENTION\n,2.023,8192,64,8,16,2,4096,1,3648,448,True,AttentionBackend.FLASH_ATTENTION\n");
        var folder = new OpTableFolder(files.Folder, A100);
        string[] columns = ["num_heads", "num_key_value_heads", "head_dim", "batch_size", "isl", "step", "kv_cache_dtype", "latency"];
        Assert.That(TableTexts.Read(folder.Find("context_attention", "vllm")!, columns), Is.EqualTo((string[])["32,4,128,1,3648,448,float16,2.023"]));
        Assert.That(TableTexts.Read(folder.Find("generation_attention", "vllm")!, columns), Is.EqualTo((string[])["32,4,128,4,1,32,float16,0.015"]));
    }

    [Test]
    public void Find_Network_IsTheLinkedNodeOfTheDevice()
    {
        const string header = ",time_stats.all_reduce.median,rank,num_workers,size,collective,devices_per_node,max_devices_per_node";
        using var files = new TemporaryFiles();
        files.Write("compute/a100/m/mlp.csv", $"{Header}\n{Published}");
        files.Write("compute/h100/m/mlp.csv", "no table");
        files.Write("network/a100_pairwise_nvlink/all_reduce.csv", $"{header}\n0,9,0,2,2048,all_reduce,2,4\n");
        files.Write("network/a100_dgx/all_reduce.csv", $"{header}\n0,0.043,0,2,2048,all_reduce,1,8\n1,0.012,0,2,4096,all_reduce,2,8\n2,0.02,0,8,67108864,all_reduce,8,8\n");
        files.Write("network/h100_dgx/all_reduce.csv", "no table");
        var folder = new OpTableFolder(files.Folder, A100);
        Assert.That(
            TableTexts.Read(folder.Find("nccl", "nccl")!, "op_name", "nccl_dtype", "num_gpus", "message_size", "latency"),
            Is.EqualTo((string[])["all_reduce,half,2,2048,0.012", "all_reduce,half,8,33554432,0.02"]));
        Assert.That(folder.Find("gemm", "vllm")!.Provenance.Single(), Does.StartWith("compute/a100/m/mlp.csv"));
        Assert.That(
            Assert.Throws<OpTableException>(() => _ = new OpTableFolder(files.Folder, DeviceCatalogue.L40S))!.Message,
            Does.EndWith("there are tables of a100-80, h100-sxm and none of l40s. Check the folder and --device."));
    }

    [Test]
    public void Fit_ProfileOfAKnownDevice_FindsItAgain()
    {
        using var files = new TemporaryFiles();
        MatrixKernels kernels = MatrixProfileTests.Kernels(MatrixFormat.Bf16, (row, n, k) => 1.2 + 0.3 * n + 0.2 * k);
        const double kernel = 3e-3, efficiency = 0.8;
        double perByte = 1e3 / (A100.MemoryBytesPerSecond * efficiency);
        foreach ((string model, int heads, int hidden, int inner) in new[] { ("small", 32, 4096, 11008), ("large", 64, 8192, 28672) })
        {
            files.Write($"a100/{model}/mlp.csv", TableTexts.Csv(Header, from devices in new[] { 1, 2, 4, 8 } from tokens in TableTexts.Rows select Row(tokens, devices)));

            FormattableString Row(int tokens, int devices)
            {
                double Product(int outputs, int inputs) => TableTexts.Milliseconds(kernels, A100, tokens, outputs, inputs);
                double norm = kernel + 4.0 * tokens * hidden * perByte;
                return $"{norm:R},{Product(3 * hidden / devices, hidden):R},{Product(hidden, hidden / devices):R},{norm:R},{Product(2 * inner / devices, hidden):R},{kernel + 6.0 * tokens * inner / devices * perByte:R},{Product(hidden, inner / devices):R},{kernel + 6.0 * tokens * hidden * perByte:R},{heads},{heads},{hidden},{inner},32768,True,{tokens},{devices}";
            }
        }
        CostProfile profile = Calibrator.Fit(files.Folder, A100, EngineKernels.Vllm);
        Assert.That(profile.Residuals.Select(residual => (residual.Operator, residual.LeftOut)), Is.EqualTo(((string, int)[])[("gemm Bf16", 0), ("elementwise", 0)]));
        Assert.That(profile.Residuals[0].P90, Is.LessThan(5));
        Assert.That(profile.Elementwise.KernelSeconds, Is.EqualTo(kernel / 1e3).Within(1).Percent);
        Assert.That(profile.Elementwise.MemoryEfficiency, Is.EqualTo(efficiency).Within(1).Percent);
        Assert.That(profile.Provenance, Has.Count.EqualTo(2));
    }

    [TestCase("mlp.csv", "0.1,x,1,1,1,1,1,1,32,32,4096,11008,32768,True,1,1", "mlp.csv:2: time_stats.attn_pre_proj.median 'x' is no number")]
    [TestCase("mlp.csv", "0.1,1,1,1,1,1,0,1,32,32,4096,11008,32768,True,1,1", "mlp.csv:2: time_stats.mlp_down_proj.median '0' is no time. Give milliseconds above 0")]
    [TestCase("mlp.csv", "0.1,1,1,1,1,1,1,1,32,32,4096,11008,32768,yes,1,1", "mlp.csv:2: use_gated_mlp 'yes' is neither True nor False")]
    [TestCase("mlp.csv", "0.1,1,1,1,1,1,1,1,32,32,4096,11008,32768,True,1,3", "mlp.csv:2: n_expanded_embd '11008' cannot be split into 3 equal parts. Give a multiple of it")]
    [TestCase("mlp.csv", "0.1,1,1,1,1,1,1,1,32,32,4096,11008,32768,True,0,1", "mlp.csv:2: num_tokens '0' is zero. Give at least 1")]
    [TestCase("mlp.csv", "1,1", "mlp.csv:2: the row has 2 fields and the header has 16")]
    public void Fit_FaultyRow_SaysWhereAndWhatToDo(string file, string row, string message)
    {
        using var files = new TemporaryFiles();
        files.Write(file, $"{Header}\n{row}\n");
        Assert.That(Assert.Throws<OpTableException>(() => Calibrator.Fit(files.Folder, A100, EngineKernels.Vllm))!.Message, Does.Contain(message));
    }

    [Test]
    public void Fit_MissingColumns_AreNamed()
    {
        using var files = new TemporaryFiles();
        files.Write("mlp.csv", "num_tokens,n_embd\n");
        Assert.That(
            Assert.Throws<OpTableException>(() => Calibrator.Fit(files.Folder, A100, EngineKernels.Vllm))!.Message,
            Does.Contain("mlp.csv:1: there is no column n_expanded_embd"));
    }
}
