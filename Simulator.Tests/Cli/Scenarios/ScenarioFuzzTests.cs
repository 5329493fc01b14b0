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

    private const string Alphabet = "abz019 :.,-[]{}#&*!|>'\"%@?/\t\n\r~\u0000é";

    /// <summary>Whatever is done to a scenario, it is read or refused with places, never anything else.</summary>
    [FsCheck.NUnit.Property(MaxTest = 1000)]
    public void ReadText_DamagedScenario_IsReadOrRefusedWithPlaces(NonEmptyArray<(int Place, int Change, int Letter)> damages)
    {
        string text = damages.Get.Take(5).Aggregate(Sound, Damage);
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
    public void ReadText_TheSoundScenario_IsRead() => Assert.That(ScenarioReader.ReadText(Sound, "s.yaml").Seed, Is.EqualTo(42));

    /// <summary>Every prefix of a scenario is read or refused with places.</summary>
    [Test]
    public void ReadText_CutScenario_IsReadOrRefusedWithPlaces()
    {
        for (int length = 0; length < Sound.Length; length++)
        {
            try
            {
                ScenarioReader.ReadText(Sound[..length], "s.yaml");
            }
            catch (ScenarioException e)
            {
                Assert.That(e.Faults, Has.All.Match(@"^s\.yaml:[1-9]\d*:[1-9]\d*: \S"), length.ToString(CultureInfo.InvariantCulture));
            }
        }
    }

    private static string Damage(string text, (int Place, int Change, int Letter) damage)
    {
        if (text.Length == 0) return text;
        int place = (int)(Math.Abs((long)damage.Place) * 7919 % text.Length);
        char letter = Alphabet[(int)(Math.Abs((long)damage.Letter) % Alphabet.Length)];
        return (Math.Abs((long)damage.Change) % 3) switch
        {
            0 => text.Remove(place, 1),
            1 => text.Insert(place, letter.ToString()),
            _ => string.Concat(text.AsSpan(0, place), letter.ToString(), text.AsSpan(place + 1)),
        };
    }
}
