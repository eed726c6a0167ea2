package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/yunfan-cloud/yunfan/aliyun"
	"github.com/yunfan-cloud/yunfan/ens"
	"github.com/yunfan-cloud/yunfan/provider"
	"github.com/yunfan-cloud/yunfan/provider/cloudsim"
	"github.com/yunfan-cloud/yunfan/provider/fleet"
	"github.com/yunfan-cloud/yunfan/qingcloud"
	"github.com/yunfan-cloud/yunfan/tencent"
)

// work creates the instances, or goes on where an earlier process ended, and waits until they run.
func work(ctx context.Context, state string) error {
	members, err := members()
	if err != nil {
		return err
	}
	f, err := fleet.New(members...)
	if err != nil {
		return err
	}
	options := &fleet.Options{Journal: journal(state), Progress: show}
	token, err := os.ReadFile(state)
	var run *fleet.Run
	switch {
	case errors.Is(err, fs.ErrNotExist):
		run, err = f.Run(ctx, total, options)
	case err == nil:
		fmt.Println("the second process goes on from the token on disk")
		run, err = f.Resume(ctx, token, options)
	}
	if err != nil {
		return err
	}
	instances, err := run.Wait(ctx, nil)
	if err != nil {
		return err
	}
	fmt.Printf("%d instances run\n", len(instances))
	return nil
}

// show tells what happens.
func show(s fleet.Step) {
	line := fmt.Sprintf("%-10s %s %d", s.Member, s.Kind, s.Instances)
	if s.Err != nil && errors.Is(s.Err, provider.ErrNoStock) {
		line += " to the others: no stock"
	}
	fmt.Println(line)
}

// journal returns a journal that is one file, replaced as a whole: its content is always one token.
func journal(path string) provider.Journal {
	return provider.JournalFunc(func(_ context.Context, token []byte) error {
		f, err := os.CreateTemp(filepath.Dir(path), "token")
		if err != nil {
			return err
		}
		_, err = f.Write(token)
		if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
			return err
		}
		return os.Rename(f.Name(), path)
	})
}

// members returns the four members. A real program has one account and one spec for each cloud.
func members() ([]fleet.Member, error) {
	keys := provider.StaticCredentials(cloudsim.DefaultAccessKeyID, cloudsim.DefaultAccessKeySecret, "")
	at := func(c cloudsim.Cloud) string { return os.Getenv(endpointOf(c)) }
	quick := &provider.Options{FirstLook: 3 * time.Second, SearchFor: 5 * time.Second} // for a simulator only
	ali, err1 := aliyun.New(aliyun.Config{Credentials: keys, Endpoint: at(cloudsim.ECS), Region: "cn-hangzhou", Options: quick})
	edge, err2 := ens.New(ens.Config{Credentials: keys, Endpoint: at(cloudsim.ENS), Region: "cn-hangzhou-44", Options: quick})
	ten, err3 := tencent.New(tencent.Config{Credentials: keys, Endpoint: at(cloudsim.CVM), Region: "ap-guangzhou", Options: quick})
	qing, err4 := qingcloud.New(qingcloud.Config{Credentials: keys, Endpoint: at(cloudsim.QingCloud), Region: "pek3a", Options: quick})
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	run := &provider.RunOptions{Owner: "fleet-example", KeepMarker: true}
	return []fleet.Member{
		{Client: ali, Run: run, Weight: 3, Spec: onAliyun()},
		{Client: edge, Run: run, Weight: 1, Spec: onENS()},
		{Client: ten, Run: run, Weight: 1, Spec: onTencent()},
		{Client: qing, Run: run, Weight: 1, Spec: onQingCloud()},
	}, nil
}
