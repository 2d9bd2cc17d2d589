using System.Text;
using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Org.BouncyCastle.Crypto.Generators;
using Xunit;

namespace Marketplace.Tests.Ethereum;

public sealed class ScryptTests
{
    [Theory]
    [InlineData("", "", 16, 1, 1,
        "77d6576238657b203b19ca42c18a0497f16b4844e3074ae8dfdffa3fede21442"
        + "fcd0069ded0948f8326a753a0fc81f17e8d3e0fb2e0d3628cf35e20c38d18906")]
    [InlineData("password", "NaCl", 1024, 8, 16,
        "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162"
        + "2eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640")]
    public void Keys_are_those_of_RFC_7914(string password, string salt, int n, int r, int p, string key) =>
        Scrypt.Derive(Encoding.ASCII.GetBytes(password), Encoding.ASCII.GetBytes(salt), n, r, p, 64)
            .Should().Equal(Convert.FromHexString(key));

    [Fact]
    public void Keys_are_those_of_BouncyCastle() =>
        Gen.Select(EthereumGen.Bytes, EthereumGen.Bytes, Gen.Int[1, 6], Gen.Int[1, 9], Gen.Int[1, 3]).Sample(
            (password, salt, logN, r, p) => Scrypt.Derive(password, salt, 1 << logN, r, p, 32)
                .SequenceEqual(SCrypt.Generate(password, salt, 1 << logN, r, p, 32)),
            iter: 100);
}
