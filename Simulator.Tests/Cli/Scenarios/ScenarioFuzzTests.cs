using System.Globalization;
using FsCheck;
using Simulator.Cli.Scenarios;

namespace Simulator.Tests.Cli.Scenarios;

public sealed class ScenarioFuzzTests
{
    private const string Sound = """
        seed: 42
        workload:
          generate:
            arrivals: { gamma: { rate: 5/s, cv: 2 } }
            prompt: { logNormal: { mean: 1000, cv: 1.2 } }
            output: 10
            requests: 5
          timeouts: { queue: 30s }
        cluster:
          router: round-robin
          pools:
            - name: chat
              model: llama-3.1-8b
              device: h100-sxm
              plan: { tensor: 2 }
              engine: { kvBlocks: unlimited, memoryUtilization: 90% }
        results:
          slo: { ttft: 500ms }

        """;

    private const string Sessions = """
        workload:
          sessions:
            starts: { onOff: { rate: 5/s, on: 10s, off: 1min, offRate: 1/s } }
            count: 50
            turns: { geometric: 2.9 }
            newInput: { empirical: t.csv }
            output: { zipf: { exponent: 1.1, max: 99 } }
            think: { logNormal: { median: 116s, p90: 1372s } }
            maxContext: 8192
        cluster: { pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm }] }

        """;

    private const string Columns = """
        workload:
          trace: t.csv
          columns: { arrival: at, arrivalUnit: ms, prompt: p, output: o, separator: ';' }
          arrivals: { weibull: { rate: 5/s, shape: 0.7 } }
          loopUntil: 1d
          turns: after-reply
        cluster: { pools: [{ name: chat, model: llama-3.1-8b, device: h100-sxm }] }

        """;

    /// <summary>Whatever is done to a scenario, it is read or refused with places, never anything else.</summary>
    [SeededProperty(MaxTest = 1000)]
    public void ReadText_DamagedScenario_IsReadOrRefusedWithPlaces(byte document, NonEmptyArray<(int Place, int Change, int Letter)> damages)
    {
        string sound = (document % 3) switch { 0 => Sound, 1 => Sessions, _ => Columns };
        string text = damages.Get.Take(5).Aggregate(sound, DamagedText.Damage);
        try
        {
            ScenarioReader.ReadText(text, "s.yaml");
        }
        catch (ScenarioException e)
        {
            Assert.That(e.Faults, Is.Not.Empty);
            Assert.That(e.Faults, Has.All.Match(@"^s\.yaml:[1-9]\d*:[1-9]\d*: \S"));
        }
    }

    [Test]
    public void ReadText_TheSoundScenarios_AreRead()
    {
        Assert.That(ScenarioReader.ReadText(Sound, "s.yaml").Seed, Is.EqualTo(42));
        Assert.That(ScenarioReader.ReadText(Sessions, "s.yaml").Workload.Source, Is.InstanceOf<SessionsSection>());
        Assert.That(ScenarioReader.ReadText(Columns, "s.yaml").Workload.TurnsAfterReply, Is.True);
    }

    /// <summary>Every prefix of a scenario is read or refused with places.</summary>
    [TestCase(Sound)]
    [TestCase(Sessions)]
    [TestCase(Columns)]
    public void ReadText_CutScenario_IsReadOrRefusedWithPlaces(string sound)
    {
        for (int length = 0; length < sound.Length; length++)
        {
            try
            {
                ScenarioReader.ReadText(sound[..length], "s.yaml");
            }
            catch (ScenarioException e)
            {
                Assert.That(e.Faults, Has.All.Match(@"^s\.yaml:[1-9]\d*:[1-9]\d*: \S"), length.ToString(CultureInfo.InvariantCulture));
            }
        }
    }
}
