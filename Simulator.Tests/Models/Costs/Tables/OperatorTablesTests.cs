using System.Text;
using Simulator.Models.Costs.Tables;
using Simulator.Tests.Cli;

namespace Simulator.Tests.Models.Costs.Tables;

/// <summary>Bad tables end in a message with the file, the line, the fault and the remedy.</summary>
public sealed class OperatorTablesTests
{
    private static OperatorTableException Fault(string table, string? text)
    {
        using TemporaryFiles files = new();
        string folder = TableFiles.Write(files["tables"]);
        foreach (string suffix in (string[])["", ".gz"]) File.Delete(Path.Combine(folder, table + ".csv" + suffix));
        if (text is not null) File.WriteAllText(Path.Combine(folder, table + ".csv"), text);
        OperatorTableException fault = Assert.Throws<OperatorTableException>(() => OperatorTables.Read(folder))!;
        Assert.That(fault.Path, Is.EqualTo(Path.Combine(folder, table + ".csv")));
        Assert.That(fault.Message, Is.EqualTo($"{fault.Path}{(fault.Line == 0 ? "" : $":{fault.Line}")}: {fault.Fault}. {fault.Remedy}."));
        return fault;
    }

    [TestCase("add", "num_tokens,prediction\n1,0.5\n2,x\n", 3, "prediction 'x' is no time")]
    [TestCase("add", "num_tokens,prediction\n1,-0.5\n", 2, "prediction '-0.5' is no time")]
    [TestCase("add", "num_tokens,prediction\n1,NaN\n", 2, "prediction 'NaN' is no time")]
    [TestCase("add", "num_tokens,prediction\n1.5,1\n", 2, "num_tokens '1.5' is not a whole number")]
    [TestCase("add", "num_tokens,prediction\n1,1\n2\n", 3, "the row has 1 field and the header has 2")]
    [TestCase("add", "num_tokens,prediction\n1,1\n3,1\n1,2\n", 4, "a second row for num_tokens 1")]
    [TestCase("add", "num_tokens,prediction\n", 1, "the table has no rows")]
    [TestCase("add", "tokens,prediction\n1,1\n", 1, "there is no column num_tokens; the header has 'tokens', 'prediction'")]
    [TestCase("add", "", 0, "the file is empty")]
    [TestCase("add", "num_tokens,prediction\n1,1\n1000000000,1\n999999998,1\n", 0, "the keys span a grid of 1,000,000,000 cells for 3 rows")]
    [TestCase("attn_decode", "batch_size,kv_cache_size,prediction\n1,0,1\n1,64,1\n1,64,2\n", 4, "a second row for batch_size 1, kv_cache_size 64")]
    [TestCase("attn_prefill", "kv_cache_size,prefill_chunk_size_squared,prediction\n0,4,1\n0,5,1\n", 3, "prefill_chunk_size_squared '5' is no square")]
    public void Read_FaultyTable_NamesFileLineAndFault(string table, string text, long line, string fault)
    {
        OperatorTableException found = Fault(table, text);
        Assert.That((found.Line, found.Fault), Is.EqualTo((line, fault)));
        Assert.That(found.Remedy, Is.Not.Empty);
    }

    [Test]
    public void Read_TableMissing_NamesIt() =>
        Assert.That(Fault("attn_rope", null).Fault, Is.EqualTo("the table does not exist, and every iteration needs it"));

    [Test]
    public void Read_FolderMissing_NamesIt()
    {
        OperatorTableException fault = Assert.Throws<OperatorTableException>(() => OperatorTables.Read("nowhere"))!;
        Assert.That(fault.Message, Is.EqualTo("nowhere: the folder does not exist. Name the folder that holds the operator tables."));
    }

    [Test]
    public void Read_DamagedGzip_IsTheFilesFault()
    {
        using TemporaryFiles files = new();
        string folder = TableFiles.Write(files["tables"]);
        string path = Directory.GetFiles(folder, "*.gz").Order().First();
        File.WriteAllBytes(path, File.ReadAllBytes(path)[..100]);
        Assert.That(Assert.Throws<OperatorTableException>(() => OperatorTables.Read(folder))!.Message, Does.StartWith(path).And.Contains("Fetch the file again"));
    }

    [TestCase(new byte[] { 0xff, 0xfe, 0x31 }, "in UTF-16 or UTF-32")]
    [TestCase(new byte[] { 0x50, 0x4b, 3, 4, 0 }, "a zip archive")]
    public void Read_OtherContainer_IsNamed(byte[] bytes, string container)
    {
        using TemporaryFiles files = new();
        string folder = TableFiles.Write(files["tables"]);
        string path = Directory.GetFiles(folder, "*.csv").Order().First();
        File.WriteAllBytes(path, bytes);
        Assert.That(Assert.Throws<OperatorTableException>(() => OperatorTables.Read(folder))!.Fault, Is.EqualTo($"the file is {container}"));
    }

    [Test]
    public void Read_RowsInAnyOrderAndSparse_AreFound()
    {
        using TemporaryFiles files = new();
        string folder = TableFiles.Write(files["tables"]);
        foreach (string suffix in (string[])["", ".gz"]) File.Delete(Path.Combine(folder, "attn_kv_cache_save.csv" + suffix));
        StringBuilder text = new("prediction,note,num_tokens\n");
        foreach (int tokens in (int[])[30, 10, 20]) text.Append($"{tokens}.25,x,{tokens}\n");
        File.WriteAllText(Path.Combine(folder, "attn_kv_cache_save.csv"), text.ToString());
        OperatorTable table = OperatorTables.Read(folder).KvCacheSave;
        Assert.That(new[] { table.At(10), table.At(20), table.At(30) }, Is.EqualTo(new[] { 10.25, 20.25, 30.25 }));
        Assert.That(
            Assert.Throws<OperatorTableException>(() => table.At(15))!.Fault,
            Is.EqualTo("an iteration needs the time at num_tokens 15, and the table has num_tokens 10 to 30 by 10"));
    }
}
