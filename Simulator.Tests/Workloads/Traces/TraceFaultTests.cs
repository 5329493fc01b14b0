using System.Text;
using Simulator.Workloads.Traces;

namespace Simulator.Tests.Workloads.Traces;

/// <summary>Every fault names the file, the line, what is wrong and what to do.</summary>
public class TraceFaultTests
{
    private const string BurstGpt = "Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type\n";
    private const string Azure = "TIMESTAMP,ContextTokens,GeneratedTokens\n";

    [TestCase("5,m,1,2,3,API log\n45,m,-1,2,3,API log\n", "t.csv:3: Request tokens '-1' is negative. Give a whole number of tokens, 0 or more.")]
    [TestCase("5,m,1,abc,3,API log\n", "t.csv:2: Response tokens 'abc' is not a number. Give a whole number of tokens, 0 or more.")]
    [TestCase("5,m,1,NaN,3,API log\n", "t.csv:2: Response tokens 'NaN' is not a number. Give a whole number of tokens, 0 or more.")]
    [TestCase("5,m,1,,3,API log\n", "t.csv:2: Response tokens is empty. Give a whole number of tokens, 0 or more.")]
    [TestCase("5,m,99999999999,1,3,API log\n", "t.csv:2: Request tokens '99999999999' is above the limit of 1,000,000,000 tokens. Give a whole number of tokens, 0 or more.")]
    [TestCase("NaN,m,1,1,3,API log\n", "t.csv:2: Timestamp 'NaN' is not a number. Give the arrival as a number of at least 0 in every row.")]
    [TestCase("-5,m,1,1,3,API log\n", "t.csv:2: Timestamp '-5' is negative. Give the arrival as a number of at least 0 in every row.")]
    [TestCase("5,m,1,1,2,x\n7,m,1,1,2,x\n6.5,m,1,1,2,x\n", "t.csv:4: Timestamp goes back from 7 s (line 3) to 6.5 s. Sort the rows by arrival, or allow a disorder at least that long.")]
    [TestCase("5,m,1,1,2\n", "t.csv:2: the row has 5 fields and the header has 6. Give every row as many fields as the header, with quotes around text that holds the separator.")]
    [TestCase("5,m,1,1,2,x,y\n", "t.csv:2: the row has 7 fields and the header has 6. Give every row as many fields as the header, with quotes around text that holds the separator.")]
    [TestCase("5,m,1,1,2,x\n\n6,m,1,1,2,x\n", "t.csv:3: the line is blank. Remove it.")]
    [TestCase("5,\"m,1,1,2,x\n6,m,1,1,2,x\n", "t.csv:2: the quotes of this record do not match. Check that the file is a CSV trace with a line for each request.")]
    [TestCase("5,\"m\"x,1,1,2,x\n", "t.csv:2: the quotes of this record do not match. Check that the file is a CSV trace with a line for each request.")]
    [TestCase("", "t.csv: the trace holds no requests. Give a file with at least one row of data.")]
    [TestCase("\n\n\n", "t.csv: the trace holds no requests. Give a file with at least one row of data.")]
    public void BurstGpt_BadRow_NamesLineFaultAndRemedy(string rows, string message) =>
        Assert.That(TraceText.Fault(BurstGpt + rows).Message, Is.EqualTo(message));

    [TestCase(
        "Timestamp,Model,Request tokens,Respons tokens,Log Type\n5,m,1,1,x\n",
        "t.csv:1: there is no column Response tokens; the header has 'Timestamp', 'Model', 'Request tokens', 'Respons tokens', 'Log Type'. "
        + "Did you mean Respons tokens? Rename it, or name the columns with a column map.")]
    [TestCase("Timestamp,Model,Request tokens,Response tokens,Model\n5,m,1,1,x\n", "t.csv:1: the header has two columns Model. Rename or remove one of them.")]
    [TestCase(
        "time,prompt,output\n1,2,3\n",
        "t.csv:1: the format is not known; the line begins with 'time,prompt,output'. Give a trace of BurstGPT, Azure, Mooncake, Vidur or APEX, "
        + "or name the format, or map the columns of any CSV.")]
    [TestCase("", "t.csv: the file is empty. Give a file with at least one request.")]
    [TestCase("\n \r\n", "t.csv: the file is empty. Give a file with at least one request.")]
    public void Header_AtFault_NamesTheColumn(string text, string message) => Assert.That(TraceText.Fault(text).Message, Is.EqualTo(message));

    [Test]
    public void Header_MissingMappedColumn_NamesIt()
    {
        TraceFormatException fault = TraceText.Fault(
            "ts,in,out\n1,2,3\n", columns: new ColumnMap { Arrival = "ts", PromptTokens = "input_tokens_of_prompt", OutputTokens = "out" });

        Assert.That(fault.Column, Is.EqualTo("input_tokens_of_prompt"));
        Assert.That(fault.Message, Does.StartWith("t.csv:1: there is no column input_tokens_of_prompt; the header has 'ts', 'in', 'out'. Add the column"));
    }

    [TestCase("2023-11-16 18:15:46,1,1\n2023-11-16 18:15:45.5,1,1\n", 3, "goes back from 65746 s (line 2) to 65745.5 s")]
    [TestCase("2023-11-16 18:15:46,1,1\n2023-11-15 18:15:46,1,1\n", 3, "is before the day of the first row")]
    [TestCase("0001-11-16 18:15:46,1,1\n9998-11-15 18:15:46,1,1\n", 3, "is more than 100,000 days after the first row")]
    [TestCase("yesterday,1,1\n", 2, "is not a date and time such as")]
    [TestCase("2023-13-16 18:15:46,1,1\n", 2, "is not a date and time of the calendar")]
    [TestCase(",1,1\n", 2, "TIMESTAMP is empty")]
    public void Azure_BadDate_NamesLineAndFault(string rows, long line, string fault)
    {
        TraceFormatException error = TraceText.Fault(Azure + rows);

        Assert.That((error.Line, error.Column), Is.EqualTo((line, "TIMESTAMP")));
        Assert.That(error.Message, Does.Contain(fault));
    }

    [TestCase("{\"timestamp\": 1, \"input_length\": 2}", "t.csv:1: there is no output_length. Give the object a property output_length.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": 2, \"output_len\": 3}", "t.csv:1: there is no output_length. Did you mean output_len? Rename it to output_length.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": 2, \"output_length\": -3}", "t.csv:1: output_length '-3' is negative. Give a whole number of tokens, 0 or more.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": \"2\", \"output_length\": 3}", "t.csv:1: input_length '2' is not a number. Give a number.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": 2, \"output_length\": 3", "t.csv:1: the line is not a JSON object. Give one whole object a line.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": 2, \"output_length\": 3} 4", "t.csv:1: the line is not a JSON object. Give one whole object a line.")]
    [TestCase("{\"timestamp\": NaN, \"input_length\": 2, \"output_length\": 3}", "t.csv:1: the line is not a JSON object. Give one whole object a line.")]
    [TestCase("{\"timestamp\": 1, \"timestamp\": 1, \"input_length\": 2, \"output_length\": 3}", "t.csv:1: timestamp is given twice. Keep one of them.")]
    [TestCase(
        "{\"timestamp\": 1, \"input_length\": 513, \"output_length\": 3, \"hash_ids\": [1, 2, 3]}",
        "t.csv:1: hash_ids has 3 ids, and a prompt of 513 tokens has only 2 blocks of 512 tokens. Give one id for each block of 512 tokens.")]
    [TestCase("{\"timestamp\": 1, \"input_length\": 513, \"output_length\": 3, \"hash_ids\": 1}", "t.csv:1: hash_ids is not an array. Give an array of whole numbers.")]
    [TestCase(
        "{\"timestamp\": 1, \"input_length\": 513, \"output_length\": 3, \"hash_ids\": [1.5]}",
        "t.csv:1: hash_ids '1.5' is not a whole number of 64 bits. Give an array of whole numbers.")]
    [TestCase(
        "{\"timestamp\": 9, \"input_length\": 5, \"output_length\": 3}\n{\"timestamp\": 8, \"input_length\": 5, \"output_length\": 3}",
        "t.csv:2: timestamp goes back from 0.009 s (line 1) to 0.008 s. Sort the rows by arrival, or allow a disorder at least that long.")]
    [TestCase(
        "{\"timestamp\": 9, \"input_length\": 5, \"output_length\": 3}\n\n{\"timestamp\": 9, \"input_length\": 5, \"output_length\": 3}",
        "t.csv:2: the line is blank. Remove it.")]
    public void Mooncake_BadLine_NamesLineFaultAndRemedy(string text, string message) =>
        Assert.That(TraceText.Fault(text, TraceFormat.Mooncake).Message, Is.EqualTo(message));

    [TestCase("[1, 2]")]
    [TestCase("nothing")]
    [TestCase("\"text\"")]
    public void Mooncake_LineThatIsNoObject_IsAFault(string line) =>
        Assert.That(TraceText.Fault(line, TraceFormat.Mooncake).Message, Does.Contain("t.csv:1: the line").And.Contain("is not a JSON object"));

    [Test]
    public void Mooncake_NoLines_IsAFault() =>
        Assert.That(TraceText.Fault("\n", TraceFormat.Mooncake).Message, Does.Contain("the trace holds no requests"));

    [TestCase("1:2 3", "is not a list of key:tokens")]
    [TestCase("1:2  3:4", "is not a list of key:tokens")]
    [TestCase("a:2", "is not a list of key:tokens")]
    [TestCase("1:2,3:4", "is not a list of key:tokens")]
    [TestCase("1:", "is not a list of key:tokens")]
    [TestCase("1:0", "has a segment without tokens")]
    [TestCase("1:-5", "has a segment without tokens")]
    [TestCase("1:5 2:6", "covers more tokens than the prompt has")]
    [TestCase("1:2147483647 2:2147483647", "covers more tokens than the prompt has")]
    public void Csv_BadContent_NamesTheFault(string content, string fault) =>
        Assert.That(TraceText.Fault($"arrival_s,prompt_tokens,output_tokens,content\n0,10,1,\"{content}\"\n").Message, Does.Contain($"t.csv:2: content").And.Contain(fault));

    [TestCase("priority", "1.5", "is not a whole number")]
    [TestCase("priority", "9999999999", "does not fit in 32 bits")]
    [TestCase("turn", "x", "is not a number")]
    [TestCase("timeout_s", "-1", "is negative")]
    [TestCase("recorded_duration_s", "NaN", "is not a number")]
    public void Csv_BadCell_NamesTheFault(string column, string cell, string fault) =>
        Assert.That(
            TraceText.Fault($"arrival_s,prompt_tokens,output_tokens,{column}\n0,10,1,{cell}\n").Message,
            Does.StartWith($"t.csv:2: {column} '{cell}' {fault}. Give a"));

    [TestCase(TraceFormat.BurstGpt)]
    [TestCase(TraceFormat.Mooncake)]
    [TestCase(TraceFormat.Auto)]
    public void LongLine_OfTenMegabytes_IsAFaultWithItsLine(TraceFormat format)
    {
        byte[] first = format == TraceFormat.Mooncake ? "{\"timestamp\": 1, \"input_length\": 2, \"output_length\": 3}\n"u8.ToArray() : Encoding.UTF8.GetBytes(BurstGpt + "5,m,1,1,2,x\n");
        byte[] file = [.. first, .. Enumerable.Repeat((byte)'7', 10_000_000), (byte)'\n'];

        TraceFormatException fault = TraceText.Fault(file, format);

        Assert.That(fault.Message, Does.Match("^t.csv:[23]: the line is longer than [18] MiB\\. Check"));
    }

    [Test]
    public void LongLine_AlsoAsTheFirst_IsAFault()
    {
        byte[] file = [.. Enumerable.Repeat((byte)'7', 10_000_000)];

        Assert.That(TraceText.Fault(file).Message, Does.StartWith("t.csv:1: the line is longer than"));
        Assert.That(TraceText.Fault(file, TraceFormat.Azure).Message, Does.StartWith("t.csv:1: "));
    }

    [Test]
    public void Bytes_ThatAreNotUtf8_AreAFaultWithTheirLine()
    {
        byte[] csv = [.. Encoding.UTF8.GetBytes(BurstGpt + "5,m"), 0xff, .. ",1,1,2,x\n"u8];
        byte[] json = [.. "{\"timestamp\": 1, \"input_length\": 2, \"output_length\": 3, \"x\": \""u8, 0xff, .. "\"}"u8];

        Assert.That(TraceText.Fault(csv).Message, Is.EqualTo("t.csv:2: the row is not UTF-8. Convert the file to UTF-8."));
        Assert.That(TraceText.Fault(json).Message, Is.EqualTo("t.csv:1: the line is not UTF-8. Convert the file to UTF-8."));
    }

    [TestCase(new byte[] { 0xff, 0xfe, 0x54, 0 }, "in UTF-16 or UTF-32")]
    [TestCase(new byte[] { 0x50, 0x4b, 3, 4, 5 }, "a zip archive")]
    [TestCase(new byte[] { 0x28, 0xb5, 0x2f, 0xfd }, "compressed with zstd")]
    [TestCase(new byte[] { 0x42, 0x5a, 0x68, 0x39 }, "compressed with bzip2")]
    [TestCase(new byte[] { 0xfd, 0x37, 0x7a, 0x58 }, "compressed with xz")]
    [TestCase(new byte[] { 0x50, 0x41, 0x52, 0x31 }, "in Parquet")]
    public void Container_OtherThanGzip_IsNamed(byte[] bytes, string name) =>
        Assert.That(TraceText.Fault(bytes).Message, Is.EqualTo($"t.csv: the file is {name}. Give plain text in UTF-8, or the same compressed with gzip."));

    [Test]
    public void File_ThatCannotBeRead_IsNamed()
    {
        string folder = Path.GetTempPath();
        string absent = Path.Combine(folder, "no", "such", "trace.csv");

        Assert.That(Assert.Throws<TraceFormatException>(() => Trace.Open(absent))!.Message, Is.EqualTo($"{absent}: the file does not exist. Check the path."));
        Assert.That(
            Assert.Throws<TraceFormatException>(() => Trace.Open(folder))!.Message,
            Is.EqualTo($"{folder}: this is a folder, not a file. Give the path of a readable file."));
    }

    [Test]
    public void Stream_ThatFails_IsAFaultWithItsLine()
    {
        int opened = 0;
        byte[] file = Encoding.UTF8.GetBytes(BurstGpt + "5,m,1,1,2,x\n");
        Stream Open() => ++opened == 3 ? new FailingStream(file) : new MemoryStream(file);
        Trace trace = Trace.Read(Open, "t.csv");

        Assert.That(() => trace.Count(), Throws.TypeOf<TraceFormatException>().With.Message.Contains("cannot be read: the disk is on fire"));
    }

    private sealed class FailingStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override int Read(byte[] buffer, int offset, int count) => Guard(base.Read(buffer, offset, count));

        public override int Read(Span<byte> buffer) => Guard(base.Read(buffer));

        private static int Guard(int read) => read > 0 ? read : throw new IOException("the disk is on fire.");
    }

    [Test]
    public void Csv_NoTokenAllowed_NamesLineFaultAndRemedy() =>
        Assert.That(
            TraceText.Fault("arrival_s,prompt_tokens,output_tokens,max_output_tokens\n0,1,2,3\n0,1,2,0\n").Message,
            Is.EqualTo("t.csv:3: max_output_tokens '0' allows no token. Give at least 1, or nothing for no limit."));
}
