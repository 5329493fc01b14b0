using System.Text;

namespace Simulator.Models.Calibration.Tables;

/// <summary>A table in the columns of AIConfigurator that is made, row by row, of files in another layout.</summary>
/// <param name="paths">The files, at least one.</param>
/// <param name="provenance">Their names in the provenance of a profile.</param>
/// <param name="header">The columns.</param>
/// <param name="convert">Makes the rows of one file: no, one or several for each of its own.</param>
internal sealed class ConvertedTable(
    IReadOnlyList<string> paths, IReadOnlyList<string> provenance, IReadOnlyList<string> header, Func<OpTable, IEnumerable<string[]>> convert)
    : OpTableFile(paths[0])
{
    public override IReadOnlyList<string> Provenance => provenance;

    internal override IOpTableRows Open() => new Rows(paths, header, convert);

    private sealed class Rows(IReadOnlyList<string> paths, IReadOnlyList<string> header, Func<OpTable, IEnumerable<string[]>> convert) : IOpTableRows
    {
        private int _next;
        private OpTable? _source;
        private IEnumerator<string[]>? _rows;

        public string Path => _source?.Path ?? paths[Math.Max(0, _next - 1)];

        public long Line => _source?.Line ?? 1;

        public ReadOnlySpan<byte> this[int column] => Encoding.UTF8.GetBytes(_rows!.Current[column]);

        public int Find(string name)
        {
            for (int i = 0; i < header.Count; i++)
            {
                if (header[i] == name) return i;
            }
            return -1;
        }

        public int Require(string name) => Find(name) is >= 0 and int column ? column : throw new OpTableException(
            Path, 0, $"its layout has no {name}", $"Give a table of AIConfigurator with the column {name}");

        public bool Read()
        {
            while (_rows?.MoveNext() != true)
            {
                Dispose();
                if (_next == paths.Count)
                    return false;
                _source = OpTable.OpenOther(paths[_next++]);
                _rows = convert(_source).GetEnumerator();
            }
            return true;
        }

        public string Text(int column) => _rows!.Current[column];

        public void Dispose()
        {
            _rows?.Dispose();
            _source?.Dispose();
            (_rows, _source) = (null, null);
        }
    }
}
