using System.Buffers.Binary;
using System.Text;

namespace Marketplace.Inference;

/// <summary>A model file that cannot be read.</summary>
public sealed class GgufFormatException(string message) : Exception(message);

/// <summary>How a tensor's values are stored.</summary>
public enum GgufType : uint
{
    Float32 = 0,

    /// <summary>Blocks of 32: one float16 scale, 32 int8.</summary>
    Q8 = 8,
}

/// <summary>A tensor in a file: its dimensions, innermost first, and where its bytes are.</summary>
public sealed record GgufTensor(string Name, IReadOnlyList<int> Dimensions, GgufType Type, ReadOnlyMemory<byte> Data)
{
    public int Values => Dimensions.Aggregate(1, (product, size) => product * size);
}

/// <summary>A GGUF 3 file: metadata and tensors. Only little-endian, only float32 and Q8_0 tensors.</summary>
public sealed class GgufFile
{
    private const uint Magic = 0x46554747;
    private const int DefaultAlignment = 32;
    private const int MaxAlignment = 65_536;
    private const int MaxDimensions = 4;
    private const int MaxNesting = 4;
    private const int Q8Block = 32;
    private const int Q8BlockBytes = 34;

    private GgufFile(IReadOnlyDictionary<string, object> metadata, IReadOnlyDictionary<string, GgufTensor> tensors)
    {
        Metadata = metadata;
        Tensors = tensors;
    }

    /// <summary>Values are <c>long</c>, <c>double</c>, <c>bool</c>, <c>string</c> or arrays of these.</summary>
    public IReadOnlyDictionary<string, object> Metadata { get; }

    public IReadOnlyDictionary<string, GgufTensor> Tensors { get; }

    /// <exception cref="GgufFormatException">The bytes are no such file, or end too early.</exception>
    public static GgufFile Read(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            return new Reader(bytes).ReadFile();
        }
        catch (Exception fault) when (fault is ArgumentOutOfRangeException or OverflowException)
        {
            throw new GgufFormatException("The model file ends too early, or a length in it is wrong.");
        }
    }

    public T Get<T>(string key) => Metadata.TryGetValue(key, out var value) && value is T typed
        ? typed
        : throw new GgufFormatException($"The model file lacks {key}, or it has another type.");

    public GgufTensor Tensor(string name, GgufType type, params int[] dimensions) =>
        Tensors.TryGetValue(name, out var tensor) && tensor.Type == type && tensor.Dimensions.SequenceEqual(dimensions)
            ? tensor
            : throw new GgufFormatException($"The model file lacks {name}, or it has another shape or type.");

    private sealed class Reader(ReadOnlyMemory<byte> bytes)
    {
        private int at;

        public GgufFile ReadFile()
        {
            if (UInt32() != Magic || UInt32() != 3)
            {
                throw new GgufFormatException("Not a GGUF 3 file.");
            }

            var tensorCount = Int64();
            var metadataCount = Int64();
            var metadata = new Dictionary<string, object>();
            for (var index = 0L; index < metadataCount; index++)
            {
                metadata[Text()] = Value(UInt32(), nesting: 0);
            }

            var headers = new Dictionary<string, Header>();
            for (var index = 0L; index < tensorCount; index++)
            {
                var header = TensorHeader();
                if (!headers.TryAdd(header.Name, header))
                {
                    throw new GgufFormatException($"Tensor {header.Name} is there twice.");
                }
            }

            var alignment = AlignmentOf(metadata);
            var start = (at + alignment - 1) / alignment * alignment;
            var data = bytes[start..];
            return new GgufFile(metadata, headers.ToDictionary(entry => entry.Key, entry => Tensor(entry.Value, data)));
        }

        private static int AlignmentOf(Dictionary<string, object> metadata)
        {
            var alignment = metadata.GetValueOrDefault("general.alignment", (long)DefaultAlignment);
            return alignment is long and >= 1 and <= MaxAlignment
                ? (int)(long)alignment
                : throw new GgufFormatException($"The alignment {alignment} is out of range.");
        }

        private static GgufTensor Tensor(Header header, ReadOnlyMemory<byte> data)
        {
            var values = header.Dimensions.Aggregate(1, (product, size) => product * size);
            var length = header.Type switch
            {
                GgufType.Float32 => values * sizeof(float),
                GgufType.Q8 when header.Dimensions is [var columns, ..] && columns % Q8Block == 0 =>
                    values / Q8Block * Q8BlockBytes,
                GgufType.Q8 => throw new GgufFormatException($"Tensor {header.Name} has no whole Q8_0 blocks."),
                _ => throw new GgufFormatException(
                    $"Tensor {header.Name} has type {header.Type}; float32 and Q8_0 are read."),
            };
            return new GgufTensor(header.Name, header.Dimensions, header.Type, data.Slice((int)header.Offset, length));
        }

        private Header TensorHeader()
        {
            var name = Text();
            var dimensions = new int[UInt32() is var count && count <= MaxDimensions
                ? (int)count : throw new GgufFormatException($"Tensor {name} has {count} dimensions.")];
            for (var index = 0; index < dimensions.Length; index++)
            {
                dimensions[index] = checked((int)Int64()) is >= 1 and var size
                    ? size : throw new GgufFormatException($"Tensor {name} has an empty dimension.");
            }

            return new Header(name, dimensions, (GgufType)UInt32(), Int64());
        }

        private object Value(uint type, int nesting) => type switch
        {
            0 => (long)Take(1)[0],
            1 => (long)(sbyte)Take(1)[0],
            2 => (long)BinaryPrimitives.ReadUInt16LittleEndian(Take(2)),
            3 => (long)BinaryPrimitives.ReadInt16LittleEndian(Take(2)),
            4 => (long)UInt32(),
            5 => (long)BinaryPrimitives.ReadInt32LittleEndian(Take(4)),
            6 => (double)BinaryPrimitives.ReadSingleLittleEndian(Take(4)),
            7 => Take(1)[0] != 0,
            8 => Text(),
            9 => Array(nesting),
            10 or 11 => Int64(),
            12 => BinaryPrimitives.ReadDoubleLittleEndian(Take(8)),
            _ => throw new GgufFormatException($"Metadata type {type} is not known."),
        };

        private object[] Array(int nesting)
        {
            // Without a bound a small file of arrays in arrays ends the process: no stack is deep enough.
            if (nesting == MaxNesting)
            {
                throw new GgufFormatException("The arrays of the metadata are nested too deeply.");
            }

            var type = UInt32();
            var count = Int64();
            var values = new List<object>();
            for (var index = 0L; index < count; index++)
            {
                values.Add(Value(type, nesting + 1));
            }

            return [.. values];
        }

        private string Text() => Encoding.UTF8.GetString(Take(checked((int)Int64())));

        private uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

        private long Int64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

        private ReadOnlySpan<byte> Take(int count)
        {
            var taken = bytes.Span.Slice(at, count);
            at += count;
            return taken;
        }

        private sealed record Header(string Name, int[] Dimensions, GgufType Type, long Offset);
    }
}
