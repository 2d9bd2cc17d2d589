using CsCheck;
using FluentAssertions;
using Marketplace.Inference;
using Xunit;

namespace Marketplace.Tests.Inference;

public sealed class GgufFileTests
{
    private const uint Float32 = 0;
    private const uint Float16 = 1;
    private const uint Q8 = 8;

    [Fact]
    public void What_was_written_is_read()
    {
        var file = GgufFile.Read(Small().Build());

        file.Get<string>("name").Should().Be("tiny");
        file.Get<long>("count").Should().Be(7);
        file.Get<double>("base").Should().Be(10_000);
        file.Get<object[]>("words").Should().Equal("a", "bé");
        file.Tensor("norm", GgufType.Float32, 2).Data.ToArray().Should().Equal(1, 2, 3, 4, 5, 6, 7, 8);
        file.Tensor("matrix", GgufType.Q8, 32, 2).Values.Should().Be(64);
    }

    [Fact]
    public void A_file_that_ends_early_is_refused_wherever_it_ends()
    {
        var whole = Small().Build();

        for (var length = 0; length < whole.Length; length++)
        {
            var read = () => GgufFile.Read(whole.AsMemory(0, length));

            read.Should().Throw<GgufFormatException>($"it ends after {length} of {whole.Length} bytes");
        }
    }

    public static TheoryData<string, byte[], string> WrongFiles() => new()
    {
        { "another magic", new GgufBytes { Magic = 0x4C4D4747 }.Build(), "Not a GGUF 3 file*" },
        { "version 2", new GgufBytes { Version = 2 }.Build(), "Not a GGUF 3 file*" },
        { "float16 tensor", Tensor(Float16, [2]), "Tensor t has type 1*" },
        { "unknown metadata", new GgufBytes().With("key", type: 13, 1).Build(), "Metadata type 13*" },
        { "two tensors of a name", Twice().Build(), "Tensor t is there twice*" },
        { "empty dimension", Tensor(Float32, [0]), "*empty dimension*" },
        { "negative dimensions", Tensor(Float32, [-1, -1]), "*empty dimension*" },
        { "five dimensions", Tensor(Float32, [1, 1, 1, 1, 1]), "*5 dimensions*" },
        { "half a block", Tensor(Q8, [16, 2]), "*no whole Q8_0 blocks*" },
        { "no alignment", new GgufBytes().With("general.alignment", 0u).Build(), "The alignment 0*" },
        { "alignment of text", new GgufBytes().With("general.alignment", "32").Build(), "The alignment 32*" },
        { "far offset", Tensor(Float32, [1], offset: 1 << 20), "*ends too early*" },
        { "offset before the data", Tensor(Float32, [1], offset: ulong.MaxValue), "*ends too early*" },
        { "values beyond all", Tensor(Float32, [1 << 20, 1 << 20]), "*ends too early*" },
    };

    [Theory]
    [MemberData(nameof(WrongFiles))]
    public void A_wrong_file_is_refused_with_the_reason(string what, byte[] bytes, string reason)
    {
        var read = () => GgufFile.Read(bytes);

        read.Should().Throw<GgufFormatException>(what).WithMessage(reason);
    }

    [Fact]
    public void Arrays_in_arrays_do_not_end_the_process()
    {
        var nested = Enumerable.Range(0, 200_000)
            .SelectMany(_ => (byte[])[.. GgufBytes.UInt32(GgufBytes.ArrayType), .. GgufBytes.UInt64(1)]).ToArray();
        var read = () => GgufFile.Read(new GgufBytes().With("key", GgufBytes.ArrayType, nested).Build());

        read.Should().Throw<GgufFormatException>().WithMessage("*nested too deeply*");
    }

    [Fact]
    public void What_is_missing_or_of_another_kind_is_named()
    {
        var file = GgufFile.Read(Small().Build());
        var missing = () => file.Get<string>("license");
        var number = () => file.Get<string>("count");
        var shape = () => file.Tensor("matrix", GgufType.Q8, 2, 32);
        var type = () => file.Tensor("norm", GgufType.Q8, 2);

        missing.Should().Throw<GgufFormatException>().WithMessage("*license*");
        number.Should().Throw<GgufFormatException>().WithMessage("*count*");
        shape.Should().Throw<GgufFormatException>().WithMessage("*matrix*");
        type.Should().Throw<GgufFormatException>().WithMessage("*norm*");
    }

    [Fact]
    public void A_model_with_any_byte_changed_loads_or_is_refused_and_nothing_else()
    {
        var right = TinyModel.Bytes();
        var load = () => LexiconModel.Load(right);
        load.Should().NotThrow();

        Gen.Select(Gen.Int[0, TinyModel.HeadBytes - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var wrong = right.ToArray();
                wrong[at] = value;
                try
                {
                    return LexiconModel.Load(wrong) is not null;
                }
                catch (GgufFormatException)
                {
                    return true;
                }
            },
            iter: 2_000);
    }

    private static GgufBytes Small() => new GgufBytes()
        .With("name", "tiny").With("count", 7u).With("base", 10_000f).With("words", ["a", "bé"])
        .WithTensor("norm", Float32, [2], [1, 2, 3, 4, 5, 6, 7, 8])
        .WithTensor("matrix", Q8, [32, 2], new byte[68]);

    private static byte[] Tensor(uint type, long[] dimensions, ulong offset = 0) =>
        new GgufBytes().WithTensor("t", type, dimensions, new byte[34], offset).Build();

    private static GgufBytes Twice() => new GgufBytes()
        .WithTensor("t", Float32, [1], new byte[4]).WithTensor("t", Float32, [1], new byte[4]);
}
