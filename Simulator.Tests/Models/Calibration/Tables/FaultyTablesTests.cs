using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Simulator.Models.Calibration;
using Simulator.Models.Costs.Profiles;
using Simulator.Tests.Cli;
using DeviceCatalogue = Simulator.Models.Devices.Devices;

namespace Simulator.Tests.Models.Calibration.Tables;

/// <summary>Whatever is wrong with a table, a message says so.</summary>
[TestFixture]
public sealed class FaultyTablesTests
{
    private static readonly (string File, string Text)[][] Folders =
    [
        [
            ("vllm/1.0/gemm_perf.txt", "gemm_dtype,m,n,k,latency\nbfloat16,1,4096,4096,0.02\nfp8,8,4096,4096,0.02\n"),
            ("vllm/1.0/context_attention_perf.txt", "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,attn_dtype,kv_cache_dtype,step,window_size,latency\nk,4,16384,64,64,64,bfloat16,fp8,0,0,17.4\n"),
            ("vllm/1.0/generation_attention_perf.txt", "kernel_source,batch_size,isl,num_heads,num_key_value_heads,head_dim,kv_cache_dtype,step,latency\nk,32,1,64,1,64,bfloat16,1,0.01\n"),
            ("vllm/1.0/gdn_perf.txt", "phase,kernel_source,batch_size,seq_len,num_k_heads,head_k_dim,num_v_heads,head_v_dim,d_conv,latency\ncontext,gated_delta_rule,1,64,16,128,32,128,4,0.1\n"),
            ("vllm/1.0/moe_perf.txt", "kernel_source,moe_dtype,num_tokens,hidden_size,inter_size,topk,num_experts,moe_tp_size,moe_ep_size,distribution,latency\nk,bfloat16,1,4096,2048,6,256,1,1,balanced,0.08\n"),
            ("nccl/2.0/nccl_perf.txt", "op_name,kernel_source,nccl_dtype,num_gpus,message_size,latency\nall_gather,NCCL,half,2,256,0.0055\nall_gather,NCCL,half,2,512,0.006\n"),
            ("vllm/1.0/scale_matrix_perf.txt", "m,k,latency\n32,64,0.1\n"),
        ],
        [
            ("mlp.csv", "time_stats.input_layernorm.median,time_stats.attn_pre_proj.median,time_stats.attn_post_proj.median,time_stats.mlp_up_proj.median,time_stats.mlp_act.median,time_stats.mlp_down_proj.median,time_stats.add.median,n_head,n_kv_head,n_embd,n_expanded_embd,use_gated_mlp,num_tokens,num_tensor_parallel_workers\n0.1,1.9,0.6,3.3,0.2,1.6,0.05,32,32,4096,11008,True,4096,1\n"),
            ("attention.csv", "time_stats.attn_decode.median,time_stats.attn_prefill.median,n_embd,n_q_head,n_kv_head,num_tensor_parallel_workers,batch_size,prefill_chunk_size,kv_cache_size,is_prefill\n0.01,,8192,64,8,2,4,0,32,False\n,2.0,8192,64,8,2,1,3648,448,True\n"),
            ("all_reduce.csv", "time_stats.all_reduce.median,num_workers,size,devices_per_node\n0.04,2,2048,2\n0.05,2,4096,2\n"),
        ],
        [
            ("gemm_0.csv", "dtype,m,k,n,time(us)\nhalf,4096,4096,1,14\nfloat8,4096,4096,1,14\n"),
            ("mha_0.csv", "dtype,num_heads,head_size,batch_size,seq_len,time(us)\nhalf,32,128,4,2048,250\n"),
            ("all_reduce.csv", "num_nodes,num_gpus_per_node,dtype,size(kb),time(us)\n1,8,half,1,15\n1,8,half,2,15\n"),
        ],
    ];

    private static readonly string[] Cells =
    [
        "", "0", "-1", "1", "2147483647", "99999999999", "16777216", "8192", "1e-300", "1e300", "nan", "0.5", "x", "\"", "a,b", "\0", "é", "False", "float", "power_law_1.2", "int8_wo",
    ];

    [SeededProperty(MaxTest = 300)]
    public Property Fit_AnyCellChanged_ReadsOrSaysWhatIsWrong() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).Four().ToArbitrary(), ((int Folder, int File, int Cell, int Value) drawn) =>
        {
            (string File, string Text)[] folder = Folders[drawn.Folder % Folders.Length];
            int changed = drawn.File % folder.Length;
            using var files = new TemporaryFiles();
            for (int i = 0; i < folder.Length; i++) files.Write(folder[i].File, i == changed ? Changed(folder[i].Text, drawn.Cell, Cells[drawn.Value % Cells.Length]) : folder[i].Text);
            return FitsOrFaults(files.Folder);
        });

    [SeededProperty(MaxTest = 100)]
    public Property Fit_CutAnywhere_ReadsOrSaysWhatIsWrong() => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).Three().ToArbitrary(), ((int Folder, int File, int At) drawn) =>
        {
            (string File, string Text)[] folder = Folders[drawn.Folder % Folders.Length];
            using var files = new TemporaryFiles();
            foreach ((string file, string text) in folder) files.Write(file, text);
            (string cut, string whole) = folder[drawn.File % folder.Length];
            files.Write(cut, whole[..(drawn.At % whole.Length)]);
            return FitsOrFaults(files.Folder);
        });

    [Test]
    public void Fit_BytesThatAreNoText_SayWhatIsWrong()
    {
        using var files = new TemporaryFiles();
        File.WriteAllBytes(files.Write("gemm_0.csv", ""), [0x1f, 0x8b, 8, 0, 1, 2, 3]);
        Assert.That(FitsOrFaults(files.Folder), Is.True);
        File.WriteAllBytes(files["gemm_0.csv"], Encoding.Latin1.GetBytes("dtype,m,k,n,time(us)\nh\u00e9,1,1,1,1\n"));
        Assert.That(FitsOrFaults(files.Folder), Is.True);
    }

    private static string Changed(string text, int cell, string value)
    {
        string[] lines = text.TrimEnd('\n').Split('\n');
        int line = cell % lines.Length;
        string[] cells = lines[line].Split(',');
        cells[cell / lines.Length % cells.Length] = value;
        lines[line] = string.Join(',', cells);
        return string.Join('\n', lines) + "\n";
    }

    private static bool FitsOrFaults(string folder)
    {
        var tables = new OpTableFolder(folder, DeviceCatalogue.H100Sxm);
        foreach (Action fit in (Action[])
        [
            () => Calibrator.Fit(folder, DeviceCatalogue.H100Sxm, EngineKernels.Vllm),
            () => AttentionFit.Fit(tables, EngineKernels.Vllm, DeviceCatalogue.H100Sxm),
            () => CollectiveFit.Fit(tables, EngineKernels.Vllm),
            () => ElementwiseFit.Fit(tables, DeviceCatalogue.H100Sxm),
            () => ExpertTable.Read(tables.Find("moe", "vllm") ?? throw new OpTableException(folder, 0, "there is no table", "Give one"), DeviceCatalogue.H100Sxm),
        ])
        {
            try
            {
                fit();
            }
            catch (OpTableException fault)
            {
                if (!fault.Message.StartsWith(folder, StringComparison.Ordinal) || !fault.Message.EndsWith('.')) return false;
            }
        }
        return true;
    }
}
