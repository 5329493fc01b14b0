using Simulator.Models.Catalogues;

namespace Simulator.Tests.Models.Catalogues;

public class CatalogueTests
{
    private static readonly Catalogue<string> Fruit =
        new("fruit", "See the list.", f => f, [("apple", ["pomme"]), ("apricot", []), ("pear", [])]);

    [TestCase("APPLE", "apple")]
    [TestCase("a.p-p_l e", "apple")]
    [TestCase("Pomme", "apple")]
    public void Find_IdOrAlias_IgnoresCaseAndSeparators(string name, string expected) =>
        Assert.That(Fruit.Find(name), Is.EqualTo(expected));

    [Test]
    public void Find_SwappedLetters_SuggestsTheEntryOnce()
    {
        UnknownNameException e = Assert.Throws<UnknownNameException>(() => Fruit.Find("paer"))!;
        Assert.That((e.Kind, e.Name), Is.EqualTo(("fruit", "paer")));
        Assert.That(e.Closest, Is.EqualTo(["pear"]));
        Assert.That(e.Message, Is.EqualTo("There is no fruit 'paer'. Did you mean pear? See the list."));
    }

    [Test]
    public void Find_Beginning_SuggestsWhatStartsWithIt() =>
        Assert.That(Assert.Throws<UnknownNameException>(() => Fruit.Find("apr"))!.Closest, Is.EqualTo(["apricot"]));

    [Test]
    public void Find_NothingClose_SuggestsNothing() =>
        Assert.That(Assert.Throws<UnknownNameException>(() => Fruit.Find("watermelon"))!.Message,
            Is.EqualTo("There is no fruit 'watermelon'. See the list."));

    [Test]
    public void Constructor_SharedName_Throws() =>
        Assert.Throws<ArgumentException>(() => _ = new Catalogue<string>("fruit", "", f => f, [("a-b", []), ("c", ["ab"])]));
}
