using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Simulator.Models.Architectures;
using Simulator.Models.Devices;
using Simulator.Models.Parallelism;

namespace Simulator.Tests.Models.Architectures;

public class HuggingFaceConfigTests
{
    private const string Small =
        """
        "model_type": "llama", "num_hidden_layers": 4, "hidden_size": 64, "num_attention_heads": 8, "num_key_value_heads": 2,
        "intermediate_size": 128, "vocab_size": 1000, "max_position_embeddings": 512
        """;

    [Test]
    public void Read_EveryPublishedConfig_IsTheCatalogueEntryOfThatModel()
    {
        string[] files = Directory.GetFiles(SharedData.Path("data/model_configs"), "*.json");
        Assert.That(files, Has.Length.GreaterThan(50));
        Assert.Multiple(() =>
        {
            foreach (string file in files)
            {
                ModelArchitecture read = HuggingFaceConfig.Read(file).Architecture;
                ModelArchitecture known = ModelArchitectures.Find(read.Name);
                Assert.That(read.HiddenSize, Is.EqualTo(known.HiddenSize), file);
                Assert.That(read.VocabularySize, Is.EqualTo(known.VocabularySize), file);
                Assert.That(read.ContextWindow, Is.EqualTo(known.ContextWindow), file);
                Assert.That(read.TiedEmbeddings, Is.EqualTo(known.TiedEmbeddings), file);
                Assert.That(read.Layers, Is.EqualTo(known.Layers), file);
            }
        });
    }

    [TestCase("Qwen--Qwen3-32B", NumberFormat.Bf16, NumberFormat.Bf16, NumberFormat.Bf16)]
    [TestCase("Qwen--Qwen3-32B-FP8", NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16)]
    [TestCase("Qwen--Qwen3-32B-FP8-Static-PerTensor", NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8)]
    [TestCase("nvidia--Llama-3.1-70B-Instruct-FP8", NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Fp8)]
    [TestCase("nvidia--Kimi-K2.5-NVFP4", NumberFormat.Fp4, NumberFormat.Fp4, NumberFormat.Fp8)]
    [TestCase("nvidia--GLM-5-NVFP4", NumberFormat.Fp4, NumberFormat.Fp4, NumberFormat.Fp8)]
    [TestCase("moonshotai--Kimi-K2.5", NumberFormat.Int4, NumberFormat.Bf16, NumberFormat.Bf16)]
    [TestCase("RedHatAI--Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", NumberFormat.Fp8, NumberFormat.Fp8, NumberFormat.Bf16)]
    public void Read_PublishedConfig_GivesItsFormats(string file, NumberFormat weights, NumberFormat activations, NumberFormat kv)
    {
        Quantization formats = HuggingFaceConfig.Read(SharedData.Path($"data/model_configs/{file}.json")).Quantization;
        Assert.That((formats.Weights, formats.Activations, formats.KvCache), Is.EqualTo((weights, activations, kv)));
    }

    [TestCase("Qwen--Qwen3-32B-FP8", true)]
    [TestCase("deepseek-ai--DeepSeek-V3", true)]
    [TestCase("nvidia--Llama-3.1-70B-Instruct-FP8", false)]
    [TestCase("RedHatAI--Llama-4-Scout-17B-16E-Instruct-FP8-dynamic", false)]
    public void Read_EightBitConfig_SaysWhetherScalesAreOfBlocks(string file, bool blocks) =>
        Assert.That(HuggingFaceConfig.Read(SharedData.Path($"data/model_configs/{file}.json")).Quantization.BlockScaled, Is.EqualTo(blocks));

    [Test]
    public void Read_Mxfp4_KeepsAttentionIn16Bits()
    {
        Quantization formats = HuggingFaceConfig.Read(SharedData.Path("data/model_configs/openai--gpt-oss-120b.json")).Quantization;
        Assert.That(formats, Is.EqualTo(Quantization.Bf16 with { ExpertWeights = NumberFormat.Fp4, WeightGroup = 32 }));
        Assert.That(formats.ExpertWeightBytes, Is.EqualTo(0.53125));
    }

    [Test]
    public void Parse_AttentionExcluded_QuantisesExpertsAlone()
    {
        Quantization formats = Parse("""
            "num_experts": 4, "num_experts_per_tok": 2, "quantization_config": {
            "quant_method": "compressed-tensors", "ignore": ["re:.*self_attn.*", "lm_head"],
            "config_groups": { "group_0": { "weights": { "num_bits": 4, "type": "int", "group_size": 32 }, "input_activations": null } } }
            """).Quantization;
        Assert.That(formats, Is.EqualTo(Quantization.Bf16 with { ExpertWeights = NumberFormat.Int4, WeightGroup = 32 }));
    }

    [TestCase("\"quant_method\": \"awq\", \"bits\": 4, \"group_size\": 128", NumberFormat.Int4, NumberFormat.Bf16)]
    [TestCase("\"quant_method\": \"gptq\", \"bits\": 8, \"group_size\": -1", NumberFormat.Int8, NumberFormat.Bf16)]
    [TestCase("\"quant_method\": \"bitsandbytes\", \"load_in_4bit\": true", NumberFormat.Int4, NumberFormat.Bf16)]
    [TestCase("\"quant_method\": \"bitsandbytes\", \"load_in_8bit\": true", NumberFormat.Int8, NumberFormat.Bf16)]
    [TestCase("\"quant_method\": \"modelopt\", \"quant_algo\": \"W4A8_AWQ\"", NumberFormat.Int4, NumberFormat.Fp8)]
    [TestCase("\"quant_method\": \"modelopt\", \"quant_algo\": \"INT8_SQ\"", NumberFormat.Int8, NumberFormat.Int8)]
    public void Parse_QuantisationMethod_GivesItsFormats(string block, NumberFormat weights, NumberFormat activations)
    {
        Quantization formats = Parse($"\"quantization_config\": {{ {block} }}").Quantization;
        Assert.That((formats.Weights, formats.Activations), Is.EqualTo((weights, activations)));
    }

    [Test]
    public void Read_FileNamedConfig_IsNamedAfterItsFolderAndReadsTheSideFile()
    {
        string folder = Directory.CreateTempSubdirectory("org--My-Model").FullName;
        try
        {
            File.WriteAllText(Path.Combine(folder, "config.json"), "\uFEFF{" + Small + "}");
            File.WriteAllText(
                Path.Combine(folder, "hf_quant_config.json"),
                """{ "quantization": { "quant_algo": "NVFP4", "kv_cache_quant_algo": "FP8", "group_size": 16 } }""");
            HuggingFaceModel model = HuggingFaceConfig.Read(Path.Combine(folder, "config.json"));
            Assert.That(model.Architecture.Name, Does.StartWith("My-Model"));
            Assert.That((model.Quantization.Weights, model.Quantization.KvCache), Is.EqualTo((NumberFormat.Fp4, NumberFormat.Fp8)));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Test]
    public void Parse_NoHeadDim_IsHiddenSizeOverHeads() =>
        Assert.That(First(Parse("")), Is.EqualTo(new LayerSpec(new GroupedQueryAttention(8, 2, 8), new DenseFeedForward(128))));

    [Test]
    public void Parse_Gpt2Names_AreUnderstood()
    {
        ModelArchitecture model = HuggingFaceConfig.Parse(
            """
            { "model_type": "gpt2", "n_layer": 12, "n_embd": 768, "n_head": 12, "n_inner": null, "n_positions": 1024,
            "vocab_size": 50257 }
            """, "gpt2").Architecture;
        var layer = new LayerSpec(new GroupedQueryAttention(12, 12, 64), new DenseFeedForward(3072, Gated: false));
        Assert.That(model.Layers[11], Is.EqualTo(layer));
        Assert.That(model.TiedEmbeddings);
        Assert.That(model.ParameterCount / 1e6, Is.EqualTo(124.4).Within(1).Percent); // without 0.8 M position embeddings and the biases
    }

    [Test]
    public void Parse_SlidingWindowAlone_IsInEveryLayer() =>
        Assert.That(Windows("\"sliding_window\": 100"), Is.EqualTo(new int?[] { 100, 100, 100, 100 }));

    [Test]
    public void Parse_SlidingWindowNotUsed_IsInNone() =>
        Assert.That(Windows("\"sliding_window\": 100, \"use_sliding_window\": false"), Is.EqualTo(new int?[] { null, null, null, null }));

    [Test]
    public void Parse_SlidingWindowAsLongAsTheContext_IsNone() =>
        Assert.That(Windows("\"sliding_window\": 512"), Is.EqualTo(new int?[] { null, null, null, null }));

    [Test]
    public void Parse_MaxWindowLayers_AreFullFirst() =>
        Assert.That(Windows("\"sliding_window\": 100, \"use_sliding_window\": true, \"max_window_layers\": 3"),
            Is.EqualTo(new int?[] { null, null, null, 100 }));

    [Test]
    public void Parse_SlidingWindowPattern_MakesEveryNthFull() =>
        Assert.That(Windows("\"sliding_window\": 100, \"sliding_window_pattern\": 2"), Is.EqualTo(new int?[] { 100, null, 100, null }));

    [Test]
    public void Parse_LayerTypes_AreFollowed() =>
        Assert.That(
            Windows("""
                "sliding_window": 100, "attention_chunk_size": 64,
                "layer_types": ["sliding_attention", "full_attention", "chunked_attention", "full_attention"]
                """),
            Is.EqualTo(new int?[] { 100, null, 64, null }));

    [Test]
    public void Parse_NoRopeLayers_AreFull() =>
        Assert.That(
            Windows("\"attention_chunk_size\": 64, \"no_rope_layers\": [1, 0, 1, 0]"), Is.EqualTo(new int?[] { 64, null, 64, null }));

    [TestCase("\"num_local_experts\": 8, \"num_experts_per_tok\": 2", "xxxx")]
    [TestCase("\"num_experts\": 8, \"num_experts_per_tok\": 2, \"decoder_sparse_step\": 2", "-x-x")]
    [TestCase("\"num_experts\": 8, \"num_experts_per_tok\": 2, \"mlp_only_layers\": [0, 3]", "-xx-")]
    [TestCase("\"n_routed_experts\": 8, \"num_experts_per_tok\": 2, \"first_k_dense_replace\": 2", "--xx")]
    [TestCase("\"n_routed_experts\": 8, \"num_experts_per_tok\": 2, \"first_k_dense_replace\": 1, \"moe_layer_freq\": 2", "--x-")]
    [TestCase("\"n_routed_experts\": 8, \"num_experts_per_tok\": 2, \"moe_layer_freq\": [0, 0, 1, 1]", "--xx")]
    [TestCase("\"num_experts\": 0", "----")]
    public void Parse_SparseLayers_AreWhereTheFileSays(string keys, string layers) =>
        Assert.That(string.Concat(Parse(keys).Architecture.Layers.Select(l => l.FeedForward is MixtureOfExperts ? 'x' : '-')),
            Is.EqualTo(layers));

    [TestCase("\"num_experts\": 8, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 32, \"n_shared_experts\": 2", 32, 64)]
    [TestCase("\"num_experts\": 8, \"num_experts_per_tok\": 2, \"moe_intermediate_size\": 32, \"shared_expert_intermediate_size\": 48",
        32, 48)]
    [TestCase("\"num_local_experts\": 8, \"num_experts_per_tok\": 2", 128, 0)]
    public void Parse_SharedExperts_HaveTheirWidth(string keys, int width, int shared) =>
        Assert.That(First(Parse(keys)).FeedForward, Is.EqualTo(new MixtureOfExperts(8, 2, width, shared)));

    [TestCase("{ \"hidden_size\": 64 }", "num_hidden_layers", "is missing")]
    [TestCase("{ \"num_hidden_layers\": \"four\" }", "num_hidden_layers", "not a whole number")]
    [TestCase("{ \"num_hidden_layers\": 2.5 }", "num_hidden_layers", "2.5, not a whole number")]
    [TestCase("{ \"num_hidden_layers\": 0 }", "num_hidden_layers", "below 1")]
    [TestCase("{ \"text_config\": 3 }", "text_config", "not an object")]
    [TestCase("{ \"is_encoder_decoder\": true }", "is_encoder_decoder", "encoder")]
    public void Parse_FaultyFile_NamesKeyFaultAndRemedy(string json, string key, string fault) => AssertFault(json, key, fault);

    [TestCase("\"num_key_value_heads\": 3", "num_key_value_heads", "does not divide")]
    [TestCase("\"hidden_size\": 65", "head_dim", "is missing")]
    [TestCase("\"layer_types\": [\"mamba\", \"mamba\", \"mamba\", \"mamba\"]", "layer_types", "'mamba'")]
    [TestCase("\"layer_types\": [\"full_attention\"]", "layer_types", "1 entries for 4 layers")]
    [TestCase("\"layer_types\": [1]", "layer_types", "only strings")]
    [TestCase("\"layer_types\": true", "layer_types", "not a list")]
    [TestCase("\"mlp_only_layers\": [\"a\"], \"num_experts\": 2, \"num_experts_per_tok\": 1", "mlp_only_layers", "only integers")]
    [TestCase("\"attn_type_list\": [0, 1, 1, 1]", "attn_type_list", "lightning")]
    [TestCase("\"num_experts\": 2, \"num_experts_per_tok\": 3", "num_experts_per_tok", "more than the 2 experts")]
    [TestCase("\"num_experts\": 2", "num_experts_per_tok", "is missing")]
    [TestCase("\"moe_layer_freq\": [1], \"num_experts\": 2, \"num_experts_per_tok\": 1", "moe_layer_freq", "1 entries")]
    [TestCase("\"intermediate_size\": null", "intermediate_size", "is missing")]
    [TestCase("\"tie_word_embeddings\": \"no\"", "tie_word_embeddings", "not true or false")]
    [TestCase("\"kv_lora_rank\": 512", "qk_nope_head_dim", "is missing")]
    [TestCase("\"quantization_config\": { \"quant_method\": \"magic\" }", "quantization_config.quant_method", "'magic'")]
    [TestCase("\"quantization_config\": { \"quant_method\": 8 }", "quantization_config.quant_method", "not a string")]
    [TestCase("\"quantization_config\": { \"quant_method\": \"awq\", \"bits\": 3 }", "quantization_config.bits", "3 for an integer")]
    [TestCase("\"quantization_config\": { \"quant_algo\": \"FP3\" }", "quantization_config.quant_algo", "'FP3'")]
    [TestCase("\"quantization_config\": { \"quant_algo\": \"FP8\", \"kv_cache_quant_algo\": \"?\" }",
        "quantization_config.kv_cache_quant_algo", "'?'")]
    [TestCase("\"quantization_config\": { \"config_groups\": { \"g\": { \"weights\": { \"num_bits\": 6, \"type\": \"float\" } } } }",
        "quantization_config.config_groups.g.weights.num_bits", "6 for a float")]
    public void Parse_FaultyKey_NamesKeyFaultAndRemedy(string keys, string key, string fault) =>
        AssertFault("{" + Merge(keys) + "}", key, fault);

    [Test]
    public void Parse_NotJson_NamesTheLine()
    {
        ModelConfigException e = Assert.Throws<ModelConfigException>(
            () => HuggingFaceConfig.Parse("{\n\"a\": 1,\n\"b\": oops\n}", "my-model"))!;
        Assert.That(e.Line, Is.EqualTo(3));
        Assert.That(e.Message, Does.StartWith("my-model, line 3: is not JSON").And.Contain("Fetch the file again"));
    }

    [Test]
    public void Parse_NotAnObject_IsAFault() => AssertFault("[1]", "", "is not an object");

    [Test]
    public void Read_AbsentFile_NamesIt()
    {
        string path = Path.Combine(Path.GetTempPath(), "no-such-folder", "config.json");
        ModelConfigException e = Assert.Throws<ModelConfigException>(() => HuggingFaceConfig.Read(path))!;
        Assert.That(e.File, Is.EqualTo(path));
        Assert.That(e.Message, Does.Contain("cannot be read").And.Contain("Check the path"));
    }

    [TestCase("\"num_hidden_layers\": 2000000000", "num_hidden_layers", "above 10000")]
    [TestCase("\"hidden_size\": 2000000000, \"intermediate_size\": 2000000000, \"head_dim\": 2000000000", "", "more than")]
    public void Parse_AbsurdSizes_AreAFault(string keys, string key, string fault) => AssertFault("{" + Merge(keys) + "}", key, fault);

    [Test]
    public void Read_EmptyPath_IsAFault() => Assert.Throws<ModelConfigException>(() => HuggingFaceConfig.Read(""));

    [SeededProperty(MaxTest = 1000)]
    public Property Parse_AnyValueAtAnyKey_GivesAModelOrAFaultInWords()
    {
        string[] keys =
        [
            "num_hidden_layers", "hidden_size", "num_attention_heads", "num_key_value_heads", "head_dim", "intermediate_size",
            "vocab_size", "layer_types", "sliding_window", "kv_lora_rank", "num_experts", "num_experts_per_tok",
            "n_shared_experts", "moe_layer_freq", "mlp_only_layers", "text_config", "quantization_config", "tie_word_embeddings",
            "attention_chunk_size", "no_rope_layers", "full_attention_interval", "linear_num_value_heads",
        ];
        string[] values = ["null", "true", "0", "1", "3", "8", "-1", "2147483647", "1e99", "\"x\"", "[]", "[1]", "[\"full_attention\"]",
            "{}", "{\"quant_method\": \"awq\"}"];
        Gen<string> pair = Gen.Elements(keys).SelectMany(k => Gen.Elements(values), (k, v) => $"\"{k}\": {v}");
        return Prop.ForAll(pair.ListOf(3).ToArbitrary(), pairs =>
        {
            string merged = Small;
            foreach (string added in pairs)
                merged = MergeInto(merged, added);
            try
            {
                return HuggingFaceConfig.Parse("{" + merged + "}", "my-model").Architecture.ParameterCount > 0;
            }
            catch (ModelConfigException e)
            {
                return e.Message.StartsWith("my-model: ", StringComparison.Ordinal);
            }
        });
    }

    private static void AssertFault(string json, string key, string fault)
    {
        ModelConfigException e = Assert.Throws<ModelConfigException>(() => HuggingFaceConfig.Parse(json, "my-model"))!;
        Assert.That(e.Key, Is.EqualTo(key));
        Assert.That(e.Message, Does.StartWith("my-model: ").And.Contain(key).And.Contain(fault).And.EndsWith("."));
    }

    private static HuggingFaceModel Parse(string keys) => HuggingFaceConfig.Parse("{" + Merge(keys) + "}", "my-model");

    /// <summary>The small model with keys added; a key that it has already is replaced.</summary>
    private static string Merge(string keys) => MergeInto(Small, keys);

    private static string MergeInto(string keys, string added)
    {
        JsonObject merged = JsonNode.Parse("{" + keys + "}")!.AsObject();
        foreach ((string key, JsonNode? value) in JsonNode.Parse("{" + added + "}")!.AsObject())
            merged[key] = value?.DeepClone();
        string text = merged.ToJsonString();
        return text[1..^1];
    }

    private static LayerSpec First(HuggingFaceModel model) => model.Architecture.Layers[0];

    private static int?[] Windows(string keys) =>
        [.. Parse(keys).Architecture.Layers.Select(l => ((GroupedQueryAttention)l.Attention).Window)];
}
