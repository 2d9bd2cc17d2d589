using System.Numerics;
using CsCheck;
using Marketplace.Ethereum;
using Marketplace.Kernel;

namespace Marketplace.Tests.Ethereum;

internal static class EthereumGen
{
    public static readonly Gen<Hash32> Hash = Gen.Byte.Array[32].Select(bytes => new Hash32(bytes));

    public static readonly Gen<EthAddress> Address = Gen.Byte.Array[20].Select(bytes => new EthAddress(bytes));

    // A leading byte below 0xff keeps every key below the order of the curve.
    public static readonly Gen<PrivateKey> Key = Gen.Select(Gen.Byte[1, 0xfe], Gen.Byte.Array[31])
        .Select((first, rest) => PrivateKey.FromBytes([first, .. rest]));

    public static readonly Gen<byte[]> Bytes = Gen.Byte.Array[0, 100];

    public static readonly Gen<BigInteger> UInt256 = Gen.Byte.Array[0, 32]
        .Select(bytes => new BigInteger(bytes, isUnsigned: true, isBigEndian: true));

    public static readonly Gen<BigInteger> Int256 = Gen.Byte.Array[0, 32].Select(bytes => new BigInteger(bytes));
}
