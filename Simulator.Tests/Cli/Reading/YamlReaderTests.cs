using FsCheck.Fluent;
using Simulator.Cli.Faults;
using Simulator.Cli.Reading;
using Property = FsCheck.Property;

namespace Simulator.Tests.Cli.Reading;

public sealed class YamlReaderTests
{
    [Test]
    public void Read_Document_KeepsOrderTextAndPlaces()
    {
        var faults = new FaultList("s.yaml");
        YamlMap map = YamlReader.Read("b: 1\na:\n  - x\n  - {c: \"\", d: ~}\n", faults)!;

        Assert.That(faults.ToLines(), Is.Empty);
        Assert.That(map.Entries.Select(entry => entry.Key), Is.EqualTo((string[])["b", "a"]));
        var list = (YamlList)map.Entries[1].Value;
        Assert.That(list.Items[0], Is.EqualTo(new YamlScalar(new Position(3, 5), "x", IsEmpty: false)));
        var inner = (YamlMap)list.Items[1];
        Assert.That(inner.Entries[0].Value, Is.EqualTo(new YamlScalar(new Position(4, 9), "", IsEmpty: false)));
        Assert.That(inner.Entries[1].Value, Is.EqualTo(new YamlScalar(new Position(4, 16), "~", IsEmpty: true)));
    }

    [TestCase("", "s.yaml:1:1: the document is empty; it needs at least 'workload' and 'cluster'")]
    [TestCase("# nothing yet\n", "s.yaml:1:1: the document is empty; it needs at least 'workload' and 'cluster'")]
    [TestCase("---\n", "s.yaml:1:1: the document is empty; it needs at least 'workload' and 'cluster'")]
    [TestCase("hello\n", "s.yaml:1:1: expected a mapping of keys and values, got 'hello'; if this is a trace, give it with --trace")]
    [TestCase("- a\n", "s.yaml:1:1: expected a mapping of keys and values, got a list; if this is a trace, give it with --trace")]
    [TestCase("a:\n\tb: 1\n", "s.yaml:2:1: the line is indented by a tab; YAML is indented by spaces")]
    [TestCase("a: [1, 2\nb: 3\n", "s.yaml:1:4: the list that opens here is not closed; put ',' between its items and ']' at its end")]
    [TestCase("a: {b: 1\n", "s.yaml:1:4: the mapping that opens here is not closed; put ',' between its entries and '}' at its end")]
    [TestCase("a: 'x\n", "s.yaml:1:4: not valid YAML: while scanning a quoted scalar, found unexpected end of stream; close the quote")]
    [TestCase("a: b: c\n", "s.yaml:1:5: not valid YAML: while scanning a plain scalar value, found invalid mapping; put a value that holds ': ' in quotes")]
    [TestCase("a: @x\n", "s.yaml:1:4: not valid YAML: while scanning for the next token, found character that cannot start any token; put a value that starts with this character in quotes")]
    [TestCase("  a: 1\n b: 2\n", "s.yaml:2:2: not valid YAML: did not find expected <document end>; indent keys of one mapping alike")]
    [TestCase("a: 1\n\u0001: 2\n", "s.yaml:2:1: a control character is in the text; a scenario is plain text (a trace is given with --trace)")]
    [TestCase("a: 1\nb: 2\na: 3\n", "s.yaml:3:1: the key 'a' is given twice; the first is at 1:1")]
    [TestCase("a: 1\n---\nb: 2\n", "s.yaml:2:1: a second document starts here; a file holds one scenario, so remove '---' or split the file")]
    [TestCase("a: &x 1\n", "s.yaml:1:4: the anchor '&x' is not supported; write the value out where it is used")]
    [TestCase("a: *x\n", "s.yaml:1:4: the alias '*x' is not supported; write the value out")]
    [TestCase("<<: {a: 1}\n", "s.yaml:1:1: the merge key '<<' is not supported; write the values out")]
    [TestCase("a: !!int 3\n", "s.yaml:1:4: the tag 'tag:yaml.org,2002:int' is not supported; remove it")]
    [TestCase("? [a, b]\n: 1\n", "s.yaml:1:3: expected a key, got a list")]
    public void Read_Faulty_NamesPlaceFaultAndRemedy(string text, string fault) => Assert.That(Faults(text), Is.EqualTo((string[])[fault]));

    [Test]
    public void Read_SeveralFaults_GivesThemAllInOrder() => Assert.That(Faults("a: &x 1\nb: *x\na: 2\n"), Is.EqualTo((string[])
    [
        "s.yaml:1:4: the anchor '&x' is not supported; write the value out where it is used",
        "s.yaml:2:4: the alias '*x' is not supported; write the value out",
        "s.yaml:3:1: the key 'a' is given twice; the first is at 1:1",
    ]));

    [Test]
    public void Read_NestedWithoutEnd_IsRefused()
    {
        string deep = "a: " + new string('[', 5000) + new string(']', 5000) + "\n";
        Assert.That(Faults(deep), Has.One.Items);
        Assert.That(Faults(deep)[0], Does.EndWith(": nested too deeply"));
    }

    [Test]
    public void Read_CarriageReturns_AreLineEnds()
    {
        var faults = new FaultList("s.yaml");
        YamlMap map = YamlReader.Read("a: 1\r\nb: x\r\n", faults)!;
        Assert.That(faults.ToLines(), Is.Empty);
        Assert.That(map.Entries[1].Value, Is.EqualTo(new YamlScalar(new Position(2, 4), "x", IsEmpty: false)));
    }

    [SeededProperty(MaxTest = 500)]
    public Property Read_AnyTextOfYamlCharacters_GivesAMapOrFaults(int[] picks)
    {
        const string Alphabet = "ab:: \n\n  -[]{},#&*!|>'\"%@?\t~1.";
        string text = string.Concat(picks.Select(pick => Alphabet[(int)(Math.Abs((long)pick) % Alphabet.Length)]));
        var faults = new FaultList("s.yaml");
        YamlMap? map = YamlReader.Read(text, faults);
        return (map is not null || faults.Count > 0).ToProperty().Label(text);
    }

    private static IReadOnlyList<string> Faults(string text)
    {
        var faults = new FaultList("s.yaml");
        YamlReader.Read(text, faults);
        return faults.ToLines();
    }
}
