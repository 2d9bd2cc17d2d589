using System.Globalization;
using System.Numerics;
using CsCheck;
using FluentAssertions;
using Marketplace.Ethereum;
using Marketplace.Kernel;
using Xunit;

namespace Marketplace.ScenarioTests.Ethereum;

public sealed class CastComparisonTests
{
    private const int Rounds = 8;
    private const string KeyHex = "0x4646464646464646464646464646464646464646464646464646464646464646"; // of EIP-155

    private static readonly PrivateKey Key = PrivateKey.FromBytes(Hex.Decode(KeyHex));

    private static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 80];

    private static readonly Gen<Hash32> Hash = Gen.Byte.Array[32].Select(bytes => new Hash32(bytes));

    private static readonly Gen<EthAddress> Address = Gen.Byte.Array[20].Select(bytes => new EthAddress(bytes));

    private static readonly Gen<BigInteger> Number = Gen.Byte.Array[0, 32]
        .Select(bytes => new BigInteger(bytes, isUnsigned: true, isBigEndian: true));

    private static readonly Gen<ulong> Wei = Gen.ULong[0, 1 << 30];

    private static readonly Gen<string> Text =
        Gen.Char["abcXYZ019 äß中"].Array[0, 40].Select(letters => new string(letters));

    [Fact]
    public Task Keccak_hashes_as_cast_does() => Bytes.SampleAsync(
        async bytes =>
        {
            var expected = await CastProcess.RunAsync("keccak", Hex.Encode(bytes));

            Keccak256.Hash(bytes).ToString().Should().Be(expected);
        },
        iter: Rounds,
        threads: 1);

    [Fact]
    public Task Rlp_is_written_as_cast_does() => Bytes.Array[1, 6].Array[1, 6].SampleAsync(
        async lists =>
        {
            var item = RlpItem.List([.. lists.Select(list => RlpItem.List([.. list.Select(one => RlpItem.Of(one))]))]);
            var json = "[" + string.Join(',', lists.Select(list =>
                "[" + string.Join(',', list.Select(one => $"\"{Hex.Encode(one)}\"")) + "]")) + "]";

            Hex.Encode(Rlp.Encode(item)).Should().Be(await CastProcess.RunAsync("to-rlp", json));
        },
        iter: Rounds,
        threads: 1);

    [Fact]
    public Task Arguments_are_encoded_as_cast_does() =>
        Gen.Select(Number, Address, Bytes, Text, Hash, Number.Array[0, 3], Gen.Select(Number, Bytes).Array[0, 3])
            .SampleAsync(
                async (number, address, bytes, text, hash, numbers, pairs) =>
                {
                    var written = new AbiWriter()
                        .UInt(number).Address(address).Bool(number.IsEven).Bytes(bytes).String(text).Hash(hash)
                        .Array([.. numbers.Select(one => new AbiWriter().UInt(one))])
                        .Array([.. pairs.Select(pair =>
                            new AbiWriter().Tuple(new AbiWriter().UInt(pair.Item1).Bytes(pair.Item2)))]);

                    var expected = await CastProcess.RunAsync(
                        "abi-encode",
                        "f(uint256,address,bool,bytes,string,bytes32,uint256[],(uint256,bytes)[])",
                        Invariant(number),
                        address.ToString(),
                        number.IsEven ? "true" : "false",
                        Hex.Encode(bytes),
                        $"\"{text}\"",
                        hash.ToString(),
                        $"[{string.Join(',', numbers.Select(Invariant))}]",
                        $"[{string.Join(',', pairs.Select(Spelled))}]");

                    Hex.Encode(written.ToArray()).Should().Be(expected);
                },
                iter: Rounds,
                threads: 1);

    [Fact]
    public Task Digests_are_signed_as_cast_does() => Hash.SampleAsync(
        async digest =>
        {
            var expected = await CastProcess.RunAsync(
                "wallet", "sign", "--no-hash", "--private-key", KeyHex, digest.ToString());

            Hex.Encode(Key.Sign(digest).ToBytes65()).Should().Be(expected);
        },
        iter: Rounds,
        threads: 1);

    [Fact]
    public Task Typed_data_are_signed_as_cast_does() =>
        Gen.Select(Text, Gen.ULong, Address, Number, Hash, Bytes, Gen.Bool).SampleAsync(
            async (text, chainId, contract, number, hash, bytes, flag) =>
            {
                var domain = new Eip712Domain("Market", "1", chainId, contract);
                var structHash = Eip712.HashStruct(
                    "Thing(string text,uint256 number,bytes32 hash,bytes data,bool flag,address owner)",
                    Eip712.HashString(text),
                    Eip712.Word(number),
                    hash,
                    Eip712.HashBytes(bytes),
                    Eip712.Word(flag),
                    Eip712.Word(contract));
                var json = TypedData(domain, $$"""
                    {
                      "text": "{{text}}", "number": "{{Invariant(number)}}", "hash": "{{hash}}",
                      "data": "{{Hex.Encode(bytes)}}", "flag": {{(flag ? "true" : "false")}}, "owner": "{{contract}}"
                    }
                    """);

                var expected = await CastProcess.RunAsync("wallet", "sign", "--private-key", KeyHex, "--data", json);

                Hex.Encode(Key.Sign(Eip712.Digest(domain, structHash)).ToBytes65()).Should().Be(expected);
            },
            iter: Rounds,
            threads: 1);

    [Fact]
    public Task Transactions_are_signed_as_cast_does() =>
        Gen.Select(Gen.ULong[1, 1ul << 40], Gen.ULong[0, 1 << 20], Wei, Wei, Address, Bytes)
            .SampleAsync(
                async (chainId, nonce, tip, value, to, data) =>
                {
                    var transaction = new Eip1559Transaction(
                        chainId, nonce, tip, tip * 2, 90_000, to, value, data);

                    var expected = await CastProcess.RunAsync(
                        "mktx", "--private-key", KeyHex, "--chain", Invariant(chainId), "--nonce", Invariant(nonce),
                        "--gas-limit", "90000", "--gas-price", Invariant(tip * 2),
                        "--priority-gas-price", Invariant(tip),
                        "--value", Invariant(value), to.ToString(), Hex.Encode(data));

                    Hex.Encode(transaction.Sign(Key).Raw).Should().Be(expected);
                },
                iter: Rounds,
                threads: 1);

    [Fact]
    public async Task A_key_file_opens_in_cast()
    {
        var folder = Directory.CreateTempSubdirectory("keystore-");
        try
        {
            var json = Keystore.Encrypt(Key, "p w", new byte[32], new byte[16], Guid.Empty, 1 << 10);
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "file"), json);

            var opened = await CastProcess.RunAsync(
                "wallet", "decrypt-keystore", "--keystore-dir", folder.FullName, "--unsafe-password", "p w", "file");

            opened.Should().Contain(KeyHex);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string Spelled((BigInteger, byte[]) pair) =>
        $"({Invariant(pair.Item1)},{Hex.Encode(pair.Item2)})";

    private static string Invariant(BigInteger value) => value.ToString(CultureInfo.InvariantCulture);

    private static string TypedData(Eip712Domain domain, string message) => $$"""
        {
          "types": {
            "EIP712Domain": [
              { "name": "name", "type": "string" }, { "name": "version", "type": "string" },
              { "name": "chainId", "type": "uint256" }, { "name": "verifyingContract", "type": "address" }
            ],
            "Thing": [
              { "name": "text", "type": "string" }, { "name": "number", "type": "uint256" },
              { "name": "hash", "type": "bytes32" }, { "name": "data", "type": "bytes" },
              { "name": "flag", "type": "bool" }, { "name": "owner", "type": "address" }
            ]
          },
          "primaryType": "Thing",
          "domain": {
            "name": "{{domain.Name}}", "version": "{{domain.Version}}",
            "chainId": "{{Invariant(domain.ChainId)}}", "verifyingContract": "{{domain.VerifyingContract}}"
          },
          "message": {{message}}
        }
        """;
}
