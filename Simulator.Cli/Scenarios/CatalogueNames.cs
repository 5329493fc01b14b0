using Simulator.Cli.Reading;
using Simulator.Models.Architectures;
using Simulator.Models.Catalogues;
using Simulator.Models.Devices;

namespace Simulator.Cli.Scenarios;

/// <summary>Readers of catalogue names, for scenarios and the command line.</summary>
internal static class CatalogueNames
{
    /// <summary>A model of the catalogue, by id, alias or Hugging Face name.</summary>
    public static ValueReader<ModelArchitecture> Model { get; } = (string text, out ModelArchitecture value, out string fault) =>
        TryFind(ModelArchitectures.Find, text, out value, out fault);

    /// <summary>A device of the catalogue, by id or alias.</summary>
    public static ValueReader<Device> Device { get; } = (string text, out Device value, out string fault) =>
        TryFind(Devices.Find, text, out value, out fault);

    private static bool TryFind<T>(Func<string, T> find, string name, out T value, out string fault)
    {
        try
        {
            value = find(name);
            fault = "";
            return true;
        }
        catch (UnknownNameException e)
        {
            value = default!;
            fault = char.ToLowerInvariant(e.Message[0]) + e.Message[1..];
            return false;
        }
    }
}
