const path=require('path'),fs=require('fs');
const t0=performance.now();
const id=require.resolve('@tslab/typescript-for-tslab');
const ts=require(id); console.log('load ts',performance.now()-t0);
const facade=Object.assign({},ts);
const root=process.cwd();
let host0, nres=0;
const cwd='/tmp/nb';
fs.mkdirSync(cwd,{recursive:true});
ts.sys.getCurrentDirectory=()=>'/';
ts.sys.watchFile=()=>({close(){}});
ts.sys.watchDirectory=()=>({close(){}});
facade.createWatchCompilerHost=(files,options,sys,...rest)=>{
  Object.assign(options,{strict:true,types:['node'],typeRoots:[root+'/node_modules/@types'],inlineSourceMap:true, assumeChangesOnlyAffectDirectDependencies:true});
  const host=ts.createWatchCompilerHost(files,options,sys,...rest);
  const cache=ts.createModuleResolutionCache('/',x=>x,options);
  const memo=new Map();
  const fallback=root+'/node_modules/x.ts';
  host.hasInvalidatedResolutions=()=>false;
  host.resolveModuleNameLiterals=(lits,file,redirected,opts)=>lits.map(l=>{
    nres++;
    const name=l.text; const dir=path.dirname(file); const key=dir+'\0'+name;
    let r=memo.get(key); if(r) return r;
    const own=(file==='/__tslab__.ts'||file==='/__prev__.d.ts');
    r=ts.resolveModuleName(name,own?cwd+'/cell.ts':file,opts,sys,cache);
    if(own&&!r.resolvedModule) r=name==='reluctant'?ts.resolveModuleName(root,'/x.ts',opts,sys):ts.resolveModuleName(name,fallback,opts,sys,cache);
    memo.set(key,r); return r;
  });
  return host;
};
require.cache[id].exports=facade;
const c=require('tslab/dist/converter'); console.log('load conv',performance.now()-t0);
const conv=c.createConverter({isJS:false,isBrowser:false}); console.log('create',performance.now()-t0);
let d='';
function run(s){const t=performance.now();nres=0;const r=conv.convert(d,s); if(r.diagnostics.length) console.log(r.diagnostics); else d=r.declOutput; console.log(JSON.stringify(s),(performance.now()-t).toFixed(1),nres); return r}
run('1+1');run('const x=1');run('x');run("import * as rl from 'reluctant'");run('1+2');run('let y=2');run('y');run('y');run("import * as tf from '@tensorflow/tfjs-node-gpu'");run('1+2');run('1+3');run("import * as dfd from 'danfojs-node'; import * as aq from 'arquero'");run('1+2');run('const z=aq.table({a:[1]})');run('z.numRows()');run('1+5')
let ts1=[];for(let i=0;i<40;i++){const t=performance.now();const r=conv.convert(d,'x+'+i);d=r.declOutput;ts1.push(performance.now()-t)};ts1.sort((a,b)=>a-b);console.log('median',ts1[20]);
process.exit()
