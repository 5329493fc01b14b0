namespace Simulator.Models.Architectures;

/// <summary>A model configuration that cannot be used. The message names the file, the key, the fault and the remedy.</summary>
public sealed class ModelConfigException : Exception
{
    /// <summary>A fault in a configuration.</summary>
    /// <param name="file">The file, or another name for the text.</param>
    /// <param name="key">The key at fault; empty when the whole file is.</param>
    /// <param name="fault">What is wrong, without a full stop.</param>
    /// <param name="remedy">What to do about it, without a full stop.</param>
    /// <param name="line">Line of the fault, from 1; null when it is not known.</param>
    /// <param name="cause">The exception behind it.</param>
    public ModelConfigException(string file, string key, string fault, string remedy, long? line = null, Exception? cause = null)
        : base($"{file}{(line is null ? "" : $", line {line}")}: {(key.Length > 0 ? $"'{key}' " : "")}{fault}. {remedy}.", cause) =>
        (File, Key, Line) = (file, key, line);

    /// <summary>The file, or another name for the text.</summary>
    public string File { get; }

    /// <summary>The key at fault; empty when the whole file is.</summary>
    public string Key { get; }

    /// <summary>Line of the fault, from 1; null when it is not known.</summary>
    public long? Line { get; }
}
